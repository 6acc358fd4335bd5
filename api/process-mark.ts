import { readFile, readlink } from "node:fs/promises";

/** Names one process for good, on every machine: pids are used again, start times of the kernel are not. */
export interface ProcessMark {
  /** The machine's present start, and the namespace in which its pids count. */
  readonly boot: string;
  readonly pid: number;
  /** In the kernel's ticks since its start. */
  readonly started: string;
}

/** This process's mark. Undefined where the kernel has no /proc: nobody can then prove it dead, and waits for its lease. */
export async function markOwnProcess(): Promise<ProcessMark | undefined> {
  const [boot, started] = await Promise.all([readBoot(), readStart(process.pid)]);
  if (boot === undefined || started === undefined || started === "hidden") return undefined;
  return { boot, pid: process.pid, started };
}

/**
 * True where the process is known to have ended: it counted on this machine's present start, and nothing with its pid
 * and start time lives. False where it lives or nobody here can tell.
 *
 * @param here the mark of the process that asks
 */
export async function isProvedDead(mark: ProcessMark, here: ProcessMark | undefined): Promise<boolean> {
  if (here === undefined || mark.boot !== here.boot) return false;
  const start = await readStart(mark.pid);
  // Processes of other users may be hidden (proc(5), hidepid).
  return start === "hidden" ? !exists(mark.pid) : start !== mark.started;
}

/**
 * True where a process of this machine runs. One of an earlier start of the machine does not; where there is no /proc, its pid alone
 * tells.
 */
export async function isRunning(mark: ProcessMark, here: ProcessMark | undefined): Promise<boolean> {
  if (here === undefined) return exists(mark.pid);
  return mark.boot === here.boot && !(await isProvedDead(mark, here));
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's lives as well.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function readBoot(): Promise<string | undefined> {
  try {
    const [boot, namespace] = await Promise.all([
      readFile("/proc/sys/kernel/random/boot_id", "utf8"),
      readlink("/proc/self/ns/pid"),
    ]);
    return `${boot.trim()} ${namespace}`;
  } catch {
    return undefined;
  }
}

/** Field 22 of /proc/<pid>/stat, proc(5). Undefined where it has ended; a zombie has. "hidden" where there is no such file. */
async function readStart(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  if (stat === "") return "hidden";
  const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return state === "Z" || state === "X" ? undefined : fields[18];
}
