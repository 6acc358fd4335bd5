import type { Process } from "./processes.ts";
import type { Random } from "./random.ts";

/** Who is killed. */
export const targets = [
  "run child",
  "engine",
  "plugin",
  "one of two services",
  "both services",
  "database",
  "database backend",
  "everything",
] as const;
export type Target = (typeof targets)[number];

/** Whom a moment has caught at work, as far as it tells. */
export interface Caught {
  readonly stack?: string | undefined;
  readonly operationId?: string | undefined;
  /** Of the run that is at work. */
  readonly session?: number | undefined;
  /** Process of the service that is at work. */
  readonly service?: number | undefined;
}

/** The processes that a target means, those of the caught run where there is one. The sandbox, which is AWS, is never among them. */
export function victims(
  target: Target,
  { session, service }: Caught,
  processes: readonly Process[],
  random: Random,
): readonly Process[] {
  const inRun = processes.filter((process) => process.session === session);
  const having = (role: Process["role"], among = processes) => among.filter((process) => process.role === role);
  const one = (found: readonly Process[]) => (found.length === 0 ? [] : [random.pick(found)]);
  switch (target) {
    case "run child":
      return one(or(having("child", inRun), busyChildren(processes)));
    case "engine":
      return one(or(having("engine", inRun), having("engine")));
    case "plugin":
      return one(or(having("plugin", inRun), having("plugin")));
    case "one of two services": {
      const owner = having("child", inRun)[0]?.parent ?? service;
      return one(
        or(
          having("service").filter(({ pid }) => pid === owner),
          having("service"),
        ),
      );
    }
    case "both services":
      return having("service");
    case "database":
      return having("database");
    case "database backend":
      return one(having("backend"));
    case "everything":
      return processes.filter(({ role }) => role !== "sandbox");
  }
}

/** Children that have started something; the others are warm and wait. */
function busyChildren(processes: readonly Process[]): readonly Process[] {
  const children = processes.filter(({ role }) => role === "child");
  return or(
    children.filter(({ pid }) => processes.some((other) => other.session === pid && other.role === "engine")),
    children,
  );
}

function or<Item>(wanted: readonly Item[], otherwise: readonly Item[]): readonly Item[] {
  return wanted.length > 0 ? wanted : otherwise;
}
