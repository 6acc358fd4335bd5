import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

// A process id alone names nobody for long: the kernel gives it to the next one. With the machine, its start and the
// process's own start it does.

/** What tells this machine, since its last start, from every other. */
export interface Host {
  /** The same name that the engine writes into its lock files (Go's `os.Hostname`). */
  readonly host: string;
  /** On Linux followed by the namespace in which process ids count: containers of one machine share its start, and may share a name. */
  readonly bootId: string;
}

/** This machine. Throws where the kernel does not tell its start. */
export function thisHost(): Host {
  return { host: hostname(), bootId: process.platform === "linux" ? linuxBootId() : bsdBootTime() };
}

function linuxBootId(): string {
  return [readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(), ...pidNamespace()].join(" ");
}

/** `pid:[4026531836]`; nothing where the kernel does not tell. */
function pidNamespace(): string[] {
  try {
    return [readlinkSync("/proc/self/ns/pid")];
  } catch {
    return [];
  }
}

/** Whether two ids are of one start of one machine, be it in different containers. */
export function isSameBoot(one: string, other: string): boolean {
  return one.split(" ", 1)[0] === other.split(" ", 1)[0];
}

/** `{ sec = 1700000000, usec = 123456 } Tue Nov 14 ...`; adjusting the clock moves it, which only makes a run look dead earlier. */
function bsdBootTime(): string {
  const told = execFileSync("sysctl", ["-n", "kern.boottime"], { encoding: "utf8" });
  return /sec = (\d+)/.exec(told)?.[1] ?? told.trim();
}

/**
 * When the kernel started process `pid`, in a form of its own that is only good for comparing; undefined when no such
 * process lives (a zombie does not). On Linux the clock ticks since the machine's start, proc(5) field 22.
 */
export function startMark(pid: number): string | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  try {
    if (process.platform === "linux") {
      const { state, startedAt } = parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
      return isDead(state) ? undefined : startedAt;
    }
    const told = execFileSync("ps", ["-o", "stat=,lstart=", "-p", `${pid}`], { encoding: "utf8" }).trim();
    const [state, ...started] = told.split(/\s+/);
    return isDead(state) ? undefined : started.join(" ");
  } catch {
    return undefined;
  }
}

/** What /proc/<pid>/stat tells. */
export interface ProcessStat {
  readonly state: string | undefined;
  readonly session: number;
  readonly startedAt: string | undefined;
  readonly residentPages: number;
}

/** Reads a line of /proc/<pid>/stat: "pid (command, which may hold blanks and parentheses) state ppid pgrp session ...", proc(5). */
export function parseStat(line: string): ProcessStat {
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  return {
    state: fields[0],
    session: Number(fields[3]),
    startedAt: fields[19],
    residentPages: Number(fields[21] ?? 0),
  };
}

/** A process that has ended, whether or not anybody has asked how. */
export function isDead(state: string | undefined): boolean {
  return state === undefined || state === "" || state.startsWith("Z") || state === "X";
}
