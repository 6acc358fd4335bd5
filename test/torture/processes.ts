import { basename } from "node:path";
import { allPids, linkOfProcess, readProcess } from "../process-files.ts";

/** What a process is of Bulwark. */
export type Role =
  | "service"
  | "child"
  | "guardian"
  | "engine"
  | "plugin"
  | "database"
  | "backend"
  | "sandbox"
  | "other";

/** A process that belongs to a folder. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Id of its session, which is the run child's pid for all that a run started. */
  readonly session: number;
  readonly role: Role;
  readonly command: string;
  /** Of the run that started it, whose folder is in its environment. */
  readonly operationId: string | undefined;
}

/**
 * The living processes that have to do with a folder: it is in their command line or their environment, or they work in it. Linux
 * only. No other process is ever among them, so whoever kills by this list kills nobody else's.
 */
export async function processesOf(folder: string): Promise<Process[]> {
  return allPids().flatMap((pid) => (pid === process.pid ? [] : (look(pid, folder) ?? [])));
}

function look(pid: number, folder: string): Process | undefined {
  const stat = readProcess(pid, "stat");
  // "pid (name, with anything in it) state ppid pgrp session ...", proc(5).
  const [state, parent, , session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // What has ended and waits for its parent to notice is no process any more.
  if (stat === "" || state === "Z" || state === "X") return undefined;
  const line = readProcess(pid, "cmdline");
  const environment = readProcess(pid, "environ");
  if (!line.includes(folder) && !environment.includes(folder) && !linkOfProcess(pid, "cwd").includes(folder)) {
    return undefined;
  }
  const command = line.replaceAll("\0", " ").trim();
  const operationId = /\/run-(op-[0-9a-f-]{36})-/.exec(environment)?.[1];
  return {
    pid,
    parent: Number(parent),
    session: Number(session),
    role: roleOf(command, linkOfProcess(pid, "exe")),
    command,
    operationId,
  };
}

function roleOf(command: string, program: string): Role {
  if (/(^|\/)api\/main\.ts\b/.test(command) || command.includes("/api/main.ts")) return "service";
  if (command.includes("/stacks/child/main.ts")) return "child";
  if (/ guardian \d+\b/.test(command)) return "guardian";
  if (/\/plugins\/resource-/.test(command)) return "plugin";
  if (/sandbox|ministack|moto/.test(command)) return "sandbox";
  if (basename(program) === "pulumi") return "engine";
  if (basename(program) === "postgres") return command.startsWith("postgres:") ? "backend" : "database";
  return "other";
}

/** Sends a signal; false where the process is gone. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
