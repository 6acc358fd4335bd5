import { setTimeout as sleep } from "node:timers/promises";
import { allPids, readProcess } from "../../process-files.ts";
import type { Observer, SeenRun } from "../observer.ts";
import type { Call } from "../sandbox-calls.ts";

/**
 * Calls of a run's plugins after a newer run of the same stack had begun: the older one should have been dead by then. What the
 * service itself calls is not looked at.
 */
export function trespassingCalls(runs: readonly SeenRun[], calls: readonly Call[]): string[] {
  const stackOf = new Map(runs.map(({ operationId, stack }) => [operationId, stack]));
  return calls.flatMap((call) => {
    const session = Number(/bulwark-plugin\/(\d+)/.exec(call.userAgent ?? "")?.[1]);
    const stack = stackOf.get(call.sessionName ?? "");
    if (Number.isNaN(session) || stack === undefined) return [];
    const at = new Date(call.time).getTime();
    const latest = runs.findLast((run) => run.stack === stack && run.begunAt.getTime() <= at);
    if (latest === undefined || latest.session === session) return [];
    const { service, operation, accountId, sessionName, time } = call;
    return [
      `${time} ${service}:${operation} in ${accountId} by session ${session} of ${sessionName}, ` +
        `after session ${latest.session} of ${latest.operationId} had begun ${latest.verb} on ${stack}`,
    ];
  });
}

/** Attempts of which an older one wrote after a newer one had begun: runs of a stack must come in the order of their tokens. */
export function runsOutOfOrder(runs: readonly SeenRun[]): string[] {
  const newest = new Map<string, number>();
  return runs.flatMap(({ stack, token, verb, operationId }) => {
    const before = newest.get(stack) ?? 0;
    newest.set(stack, Math.max(before, token));
    return token < before
      ? [`${verb} on ${stack} by ${operationId} began under lease ${token}, after lease ${before}`]
      : [];
  });
}

/** Looks a few times a second whether two sessions have an engine at work on one stack. */
export function watchEngines(observer: Observer, folder: string) {
  const stackOf = new Map<number, string>();
  const stopWatching = observer.watch((sight) => {
    if (sight.what === "run") stackOf.set(sight.session, sight.stack);
  });
  const found: string[] = [];
  let over = false;

  async function look(): Promise<void> {
    const byStack = new Map<string, { pid: number; session: number }[]>();
    for (const engine of engines(folder)) {
      const stack = stackOf.get(engine.session);
      if (stack !== undefined) byStack.set(stack, [...(byStack.get(stack) ?? []), engine]);
    }
    for (const [stack, working] of byStack) {
      if (new Set(working.map(({ session }) => session)).size < 2) continue;
      // What was killed just now takes a moment to be gone.
      await sleep(20);
      const still = engines(folder);
      const both = working.filter(({ pid }) => still.some((engine) => engine.pid === pid));
      if (new Set(both.map(({ session }) => session)).size > 1) {
        found.push(`${new Date().toISOString()} ${stack} has engines ${both.map(({ pid }) => pid)} at once`);
      }
    }
  }

  const looking = (async () => {
    while (!over) {
      await look();
      await sleep(400);
    }
  })();
  return {
    found,
    async stop(): Promise<void> {
      over = true;
      stopWatching();
      await looking;
    },
  };
}

/** The engines of this folder's runs. Reads names first, which costs little. */
function engines(folder: string): { pid: number; session: number }[] {
  return allPids().flatMap((pid) => {
    if (readProcess(pid, "comm").trim() !== "pulumi") return [];
    const stat = readProcess(pid, "stat");
    const [state, , , session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (!readProcess(pid, "environ").includes(folder) || state === "Z" || state === "X") return [];
    return [{ pid, session: Number(session) }];
  });
}
