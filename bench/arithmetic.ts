import type { Case, SideName } from "./cases.ts";
import type { Usage } from "./sides/side.ts";

/** What a side used in all: seconds are added, the peak is the greatest. */
export function sum(usages: readonly Usage[]): Usage {
  return usages.reduce(
    (total, usage) => ({
      stacks: total.stacks + usage.stacks,
      wallSeconds: total.wallSeconds + usage.wallSeconds,
      cpuSeconds: total.cpuSeconds + usage.cpuSeconds,
      peakBytes: Math.max(total.peakBytes, usage.peakBytes),
    }),
    { stacks: 0, wallSeconds: 0, cpuSeconds: 0, peakBytes: 0 },
  );
}

/** The value below which a share of the values lies, by nearest rank. NaN where there is none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** One measured thing that has to hold. */
export interface Verdict {
  readonly what: string;
  readonly measured: number;
  readonly bar: number;
  /** `x` is a ratio, which must not be less than its bar; the others must not be more. */
  readonly unit: "x" | "ms" | "s" | "MB" | "errors" | "changes" | "calls";
  readonly holds: boolean;
}

/** Judges one figure. A figure that is not a number never holds. */
export function judge(what: string, measured: number, bar: number, unit: Verdict["unit"]): Verdict {
  return { what, measured, bar, unit, holds: unit === "x" ? measured >= bar : measured <= bar };
}

/** How many times more seconds than Bulwark's a side has to need, per stack. */
const BARS: readonly { readonly case: Case; readonly against: SideName; readonly bar: number }[] = [
  { case: "first", against: "pool", bar: 1.3 },
  { case: "first", against: "shell", bar: 1.5 },
  { case: "unchanged", against: "pool", bar: 1.8 },
  { case: "changed", against: "pool", bar: 1.3 },
];

export type Usages = Readonly<Record<Case, Readonly<Partial<Record<SideName, Usage>>>>>;

/** Seconds of a side per stack, divided by Bulwark's. */
export function ratio(usages: Usages, of: Case, against: SideName, what: "wallSeconds" | "cpuSeconds"): number {
  const { [against]: other, bulwark } = usages[of];
  if (other === undefined || bulwark === undefined) return Number.NaN;
  return other[what] / other.stacks / (bulwark[what] / bulwark.stacks);
}

/** Every ratio that has a bar, for wall and CPU seconds. */
export function judgeUsages(usages: Usages): Verdict[] {
  return BARS.flatMap(({ case: of, against, bar }) =>
    (["cpuSeconds", "wallSeconds"] as const).map((what) =>
      judge(
        `${of}: ${what === "cpuSeconds" ? "CPU" : "wall"} of ${against} / Bulwark`,
        ratio(usages, of, against, what),
        bar,
        "x",
      ),
    ),
  );
}
