import { readdir, readFile, readlink } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

/** A process as /proc shows it. */
export interface ProcessView {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  readonly nice: number;
  readonly command: string;
  readonly environment: string;
}

/** Every living process that this user can look into. */
export async function processes(): Promise<ProcessView[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const read = (id: string, name: string) => readFile(`/proc/${id}/${name}`, "utf8").catch(() => "");
  const views = await Promise.all(
    ids.map(async (id) => {
      const [stat, command, environment] = await Promise.all([
        read(id, "stat"),
        read(id, "cmdline"),
        read(id, "environ"),
      ]);
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (fields.length < 20 || fields[0] === "Z") return [];
      const [parent, session, nice] = [Number(fields[1]), Number(fields[3]), Number(fields[16])];
      return [{ pid: Number(id), parent, session, nice, command: command.replaceAll("\0", " "), environment }];
    }),
  );
  return views.flat();
}

/** Run children of this process: each one's pid is its session's id. */
export async function runChildren(parent = process.pid): Promise<ProcessView[]> {
  return (await processes()).filter((it) => it.parent === parent && it.command.includes("stacks/child/main.ts"));
}

/** Processes of the sessions `sids`. */
export async function inSessions(sids: readonly number[]): Promise<ProcessView[]> {
  return (await processes()).filter(({ session }) => sids.includes(session));
}

/**
 * Asks again and again until there is an answer; fails after five minutes. Seldom enough to leave a core to what is waited for: a look at every
 * process takes some ten milliseconds, and the runs give way to it.
 */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> {
  for (let round = 0; round < 6_000; round++) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await delay(50);
  }
  throw new Error(`waiting for ${what}: nothing after five minutes`);
}

/** Working directory of a process. */
export function workingDirectory(pid: number): Promise<string> {
  return readlink(`/proc/${pid}/cwd`);
}
