import type { Kill } from "./storm.ts";
import type { Findings } from "./torture.ts";

/** What came of a kill: its operation was taken up again after so many milliseconds, and so often. */
interface Aftermath {
  readonly pickedUpMs: number | undefined;
  readonly retries: number;
}

/** One line of the table of figures. */
export interface Figure {
  readonly target: string;
  readonly moment: string;
  readonly kills: number;
  /** Seconds from the kill to the operation's next attempt, or to its end where none was needed. */
  readonly median: number | undefined;
  readonly longest: number | undefined;
  readonly retries: number;
}

/** The kills by target and moment, and a line for all of them. */
export function figuresOf({ kills, attempts, operations }: Findings): Figure[] {
  const aftermaths = kills.map((kill) => aftermathOf(kill));
  const groups = new Map<string, { kill: Kill; aftermath: Aftermath }[]>();
  for (const [index, kill] of kills.entries()) {
    const key = `${kill.moment}/${kill.target}`;
    groups.set(key, [...(groups.get(key) ?? []), { kill, aftermath: aftermaths[index] as Aftermath }]);
  }
  const lines = [...groups.values()].map((group) => {
    const [{ kill } = { kill: kills[0] as Kill }] = group;
    const { target, moment } = kill;
    return figure(
      target,
      moment,
      group.map(({ aftermath }) => aftermath),
    );
  });
  lines.sort((one, other) => one.moment.localeCompare(other.moment) || one.target.localeCompare(other.target));
  return [...lines, figure("all", "", aftermaths)];

  function aftermathOf({ at, caught }: Kill): Aftermath {
    const killedAt = at.getTime();
    const later = attempts.filter(
      (attempt) => attempt.operationId === caught.operationId && attempt.at.getTime() > killedAt,
    );
    const next = later[0]?.at ?? operations.find(({ id }) => id === caught.operationId)?.finishedAt;
    const pickedUpMs = next === undefined || next.getTime() < killedAt ? undefined : next.getTime() - killedAt;
    // Those after the next kill that hits the operation are counted there.
    const nextKill = kills.find(
      (kill) => kill.at.getTime() > killedAt && kill.caught.operationId === caught.operationId,
    );
    const until = nextKill?.at.getTime() ?? Number.POSITIVE_INFINITY;
    return { pickedUpMs, retries: later.filter((attempt) => attempt.at.getTime() < until).length };
  }
}

function figure(target: string, moment: string, aftermaths: readonly Aftermath[]): Figure {
  const known = aftermaths
    .flatMap(({ pickedUpMs }) => (pickedUpMs === undefined ? [] : [pickedUpMs]))
    .sort((a, b) => a - b);
  const seconds = (ms: number | undefined) => (ms === undefined ? undefined : Math.round(ms / 100) / 10);
  return {
    target,
    moment,
    kills: aftermaths.length,
    median: seconds(known[Math.floor(known.length / 2)]),
    longest: seconds(known.at(-1)),
    retries: aftermaths.reduce((sum, { retries }) => sum + retries, 0),
  };
}

/** The table in Markdown. */
export function tableOf(figures: readonly Figure[]): string {
  const cell = (value: number | string | undefined) => (value === undefined || value === "" ? "-" : String(value));
  const rows = [
    ["moment", "target", "kills", "picked up after (median, s)", "longest, s", "retries"],
    ["---", "---", "---:", "---:", "---:", "---:"],
    ...figures.map(({ target, moment, kills, median, longest, retries }) =>
      [moment, target, kills, median, longest, retries].map(cell),
    ),
  ];
  return rows.map((row) => `| ${row.join(" | ")} |`).join("\n");
}
