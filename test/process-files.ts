import { closeSync, openSync, readdirSync, readlinkSync, readSync } from "node:fs";

/** Reused: the files of /proc have no size, for which `readFile` allocates 64 KiB each time, and leaves it to the collector. */
const buffer = Buffer.alloc(64 * 1024);

/** Ids of the processes of this machine, kernel threads among them. Linux only. */
export function allPids(): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => Number.isInteger(pid));
}

/**
 * A file of a process, see proc(5): `stat`, `cmdline`. Empty where the process is gone, or another user's that this one can't look
 * into. Reads at once and not in a thread: the kernel answers from memory, sooner than a thread is told to ask it.
 */
export function readProcess(pid: number, name: string): string {
  let file: number;
  try {
    file = openSync(`/proc/${pid}/${name}`, "r");
  } catch {
    return "";
  }
  try {
    let text = "";
    for (;;) {
      const length = readSync(file, buffer);
      if (length === 0) return text;
      text += buffer.toString("utf8", 0, length);
    }
  } catch {
    return "";
  } finally {
    closeSync(file);
  }
}

/** Where a link of a process leads: `cwd`, `exe`. Empty as `readProcess` is. */
export function linkOfProcess(pid: number, name: string): string {
  try {
    return readlinkSync(`/proc/${pid}/${name}`);
  } catch {
    return "";
  }
}
