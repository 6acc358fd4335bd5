import { setTimeout as delay } from "node:timers/promises";
import { allPids, readProcess } from "../../process-files.ts";

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
  return allPids().flatMap((pid) => {
    const stat = readProcess(pid, "stat");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields.length < 20 || fields[0] === "Z") return [];
    const [parent, session, nice] = [Number(fields[1]), Number(fields[3]), Number(fields[16])];
    const command = readProcess(pid, "cmdline").replaceAll("\0", " ");
    return [{ pid, parent, session, nice, command, environment: readProcess(pid, "environ") }];
  });
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
 * process takes some milliseconds, and the runs give way to it.
 */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> {
  for (let round = 0; round < 6_000; round++) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await delay(50);
  }
  throw new Error(`waiting for ${what}: nothing after five minutes`);
}
