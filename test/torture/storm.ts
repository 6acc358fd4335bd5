import { setTimeout as sleep } from "node:timers/promises";
import type { Installation } from "./installation.ts";
import { type Armed, arm, type Moment, moments, type Scene } from "./moments.ts";
import type { Observer } from "./observer.ts";
import { type Process, signal } from "./processes.ts";
import type { Random } from "./random.ts";
import { type Caught, type Target, victims } from "./targets.ts";

/** A moment and whom it is to cost. */
export interface Blow {
  readonly target: Target;
  readonly moment: Moment;
}

/** A kill that happened. */
export interface Kill extends Blow {
  readonly at: Date;
  readonly processes: number;
  /** Whose work it met, as far as that is known. */
  readonly caught: Caught;
}

/** Whom each moment can cost something; a lease is taken before there is a run, a row written after it. */
const blows: Readonly<Record<Moment, readonly Target[]>> = {
  "at random": [
    ...(["run child", "engine", "plugin", "one of two services", "both services", "database"] as const),
    ...(["database backend", "everything"] as const),
  ],
  "lease taken": ["one of two services", "both services", "database", "everything"],
  "call made": ["run child", "engine", "plugin", "one of two services", "both services", "database", "everything"],
  "in the checkpoint": ["run child", "engine", "one of two services", "everything"],
  "before the row": ["one of two services", "both services", "database backend", "everything"],
  "in the recovery": ["run child", "engine", "one of two services", "everything"],
};

/** After these, services have to be started again, which costs more than all the work that they were at. */
const dear: readonly Target[] = ["both services", "database", "everything"];

export interface Plan {
  readonly count: number;
  /** All moments unless told otherwise. */
  readonly only?: readonly Moment[];
  /** At how many moments, chosen at random, the dear targets are hit in a round; at all of them unless told otherwise. */
  readonly dear?: number;
}

/** Blows in random order: every moment with every target before any comes again. */
export function planBlows(plan: Plan, random: Random): Blow[] {
  const { count, only = moments, dear: most = moments.length } = plan;
  const wanted = only.flatMap((moment) => blows[moment].map((target): Blow => ({ moment, target })));
  const planned: Blow[] = [];
  while (planned.length < count) {
    const kept = new Map<Target, number>();
    const round = random.shuffled(wanted).filter(({ target }) => {
      if (!dear.includes(target)) return true;
      kept.set(target, (kept.get(target) ?? 0) + 1);
      return (kept.get(target) ?? 0) <= most;
    });
    planned.push(...random.shuffled(round));
  }
  return planned.slice(0, count);
}

/** How long a moment is waited for before the blow comes at random instead. */
const MOMENT_MS = 12_000;
const SNAPSHOT_MS = 200;

export interface StormOptions {
  readonly installation: Installation;
  readonly observer: Observer;
  readonly random: Random;
  readonly tell: (line: string) => void;
  /** True once there is nothing left to hit. */
  readonly isOver?: () => boolean;
}

/** Deals the blows one after another and adds them to `kills`, with a pause after each in which things may recover, or may not yet have. */
export async function storm(options: StormOptions, planned: readonly Blow[], kills: Kill[]): Promise<void> {
  const { installation, observer, random, tell } = options;
  const latest = new Map<string, Caught>();
  const stopWatching = observer.watch((sight) => {
    if (sight.what === "run") latest.set(sight.stack, sight);
  });
  const stackOf = (operationId: string | undefined): string | undefined =>
    [...latest.values()].find((run) => run.operationId === operationId)?.stack;
  const scene: Scene = {
    installation,
    observer,
    random,
    runOf: (stack) => latest.get(stack),
    async atWork() {
      const engines = (await installation.processes()).filter(({ role }) => role === "engine");
      // What was told while the database was away is not known.
      return engines.map(({ session, operationId }) => ({ session, operationId, stack: stackOf(operationId) }));
    },
  };

  /** Waits for the moment, then kills. */
  async function strike(blow: Blow, armed: Armed): Promise<void> {
    const snapshot = keepSnapshot(installation, blow.moment === "in the checkpoint");
    const caught = await Promise.race([armed.caught, sleep(MOMENT_MS, undefined, { ref: false })]);
    const processes = await snapshot.stop();
    if (caught !== undefined) return deal(blow, caught, processes, armed);
    const [otherwise = {}] = await scene.atWork();
    return deal({ ...blow, moment: "at random" }, otherwise, await installation.processes(), armed);
  }

  /** Kills, and tries for a while where nobody is there to be killed. */
  async function deal(blow: Blow, caught: Caught, processes: readonly Process[], armed: Armed): Promise<void> {
    const { target, moment } = blow;
    let killed: readonly Process[] = [];
    let among = processes;
    for (let tried = 0; tried < 20 && killed.length === 0; tried++) {
      if (tried > 0) {
        await sleep(250);
        among = await installation.processes();
      }
      killed = victims(target, caught, among, random).filter(({ pid }) => signal(pid, "SIGKILL"));
    }
    const at = new Date();
    await armed.passed();
    if (killed.length > 0) kills.push({ ...blow, at, processes: killed.length, caught });
    const whom = killed.length === 0 ? "nobody was there" : killed.map(({ pid, role }) => `${role} ${pid}`).join(", ");
    tell(`${moment}: ${target} (${caught.stack ?? "no stack"}): ${whom.slice(0, 120)}`);
  }

  for (const blow of planned) {
    if (options.isOver?.()) break;
    await someServiceAnswers(installation);
    if (blow.moment === "in the recovery") {
      // There has to be something to recover from first.
      const armed = await arm(blow.moment, scene);
      await strike({ moment: "at random", target: "engine" }, await arm("at random", scene));
      await strike(blow, armed);
    } else {
      await strike(blow, await arm(blow.moment, scene));
    }
    await sleep(random.between(200, 2_500));
  }
  stopWatching();
}

/** Where the moment is short, the processes must be known before it comes; where it lasts, they are looked up when it has. */
function keepSnapshot(installation: Installation, ahead: boolean) {
  let known: readonly Process[] | undefined;
  let over = false;
  const keep = async () => {
    while (!over) {
      known = await installation.processes();
      await sleep(SNAPSHOT_MS);
    }
  };
  if (ahead) void keep();
  return {
    async stop(): Promise<readonly Process[]> {
      over = true;
      return known ?? installation.processes();
    },
  };
}

async function someServiceAnswers(installation: Installation): Promise<void> {
  await installation.client.ask("GET", "/operations?limit=1");
}
