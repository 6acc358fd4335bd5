import type { AnyRemediation, Facts, Kept, Session } from "../remediation.ts";
import { apply, type Change, handOver, plan } from "../run.ts";
import { StepError } from "../step-error.ts";
import type { Entry, Ledger, Line, TargetState } from "./ledger.ts";
import { ownerOf } from "./repairing.ts";

/** Milliseconds after which an attempt that goes on can't take what it finds for its own half-made change. */
const LATE = 60 * 60 * 1000;

/** Nothing is done on them again in the same change: an owner may have set them otherwise since. */
const ENDED: readonly TargetState[] = ["verified", "well", "gone", "protected", "refused"];

/** What one remediation does on the targets of one incident. */
export interface Work {
  readonly ledger: Ledger;
  readonly remediation: AnyRemediation;
  readonly targets: readonly Kept[];
  readonly session: Session;
  readonly facts: Facts;
}

/**
 * Changes each target, or goes on where an attempt was cut off; one that stops hides no other. Each has its own line in the ledger, with the step
 * and the reason where it stopped. Rejects where the ledger did.
 */
export async function change(work: Work, held: Entry, now: Date): Promise<{ entry: Entry; lines: readonly Line[] }> {
  const { ledger, remediation, targets, session, facts } = work;
  const known = await ledger.lines(held.id, held.epoch);
  const isLate = now.getTime() - Date.parse(held.began) > LATE;
  let entry = held;
  const lines: Line[] = [];
  for (const target of targets) {
    const before = lineOf(known, target);
    if (before !== undefined && ENDED.includes(before.state)) {
      lines.push(before);
      continue;
    }
    const base = { epoch: entry.epoch, remediation: remediation.manifest.name, target };
    let recorded = before?.change ?? undefined;
    const state = before?.state ?? "begun";
    let reached: TargetState = state;
    const record = async (made: Change) => {
      // Evidence that changes was handed over, which comes last.
      if (recorded !== undefined && recorded.evidence !== null) reached = "delivering";
      entry = await ledger.keep(entry, { ...base, state: reached, why: "", change: made });
      recorded = made;
    };
    let line: Line;
    try {
      if (state === "delivering" && recorded !== undefined) {
        line = told(remediation, base, {
          kind: "changed",
          change: await handOver(remediation, session, recorded, facts, record),
        });
      } else {
        const came = state === "written" ? "written" : isLate ? "late" : "begun";
        line = told(
          remediation,
          base,
          await apply(remediation, session, target, facts, { recorded, came, record }),
          recorded,
        );
      }
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
      // Without the ledger nothing was changed, and nothing can be told: who asked comes again.
      if (error.step === "record") throw error.cause ?? error;
      if (error.step === "verify") reached = isLate && state === "begun" ? "begun" : "written";
      if (error.step === "deliver") reached = "delivering";
      if (error.step === "result") reached = "refused";
      line = { ...base, state: reached, why: `${error.step}: ${error.message}`, change: recorded ?? null };
    }
    entry = await ledger.keep(entry, line);
    lines.push(line);
  }
  return { entry, lines };
}

/** Of a dry run: epoch 0 has the last one. */
const DRY = { epoch: 0, state: "planned" } as const;

/**
 * A dry run of each target, for the ledger: before and after, or why nothing would be done, or why it could not be read.
 *
 * @param as what its lines are; for a change that another makes, `begun` in the epoch of that change
 */
export async function observe(
  { ledger, remediation, targets }: Omit<Work, "session" | "facts">,
  held: Entry,
  reach: () => Promise<Pick<Work, "session" | "facts">>,
  as: { readonly epoch: number; readonly state: TargetState } = DRY,
): Promise<{ entry: Entry; lines: readonly Line[] }> {
  let entry = held;
  const lines: Line[] = [];
  for (const target of targets) {
    const base = { epoch: as.epoch, remediation: remediation.manifest.name, target };
    let line: Line;
    try {
      const { session, facts } = await reach();
      const planned = await plan(remediation, session, target, facts);
      if (planned.kind === "change") {
        const { before, after } = planned;
        line = {
          ...base,
          state: as.state,
          why: wouldBe(remediation, target),
          change: { target, before, after, evidence: null },
        };
      } else {
        line = told(remediation, base, planned);
      }
    } catch (error) {
      line = { ...base, state: "unread", why: error instanceof Error ? error.message : String(error), change: null };
    }
    entry = await ledger.keep(entry, line);
    lines.push(line);
  }
  return { entry, lines };
}

function wouldBe(remediation: AnyRemediation, target: Kept): string {
  const told = remediation.told(target);
  const owner = ownerOf(remediation);
  return owner === undefined
    ? `${told} would be changed`
    : `${told} is not as it shall be: ${owner} would be deployed again`;
}

/** The line of a target, if there is one. */
export function lineOf(lines: readonly Line[], target: Kept): Line | undefined {
  const key = JSON.stringify(target);
  return lines.find((line) => JSON.stringify(line.target) === key);
}

function told(
  remediation: AnyRemediation,
  base: Pick<Line, "epoch" | "remediation" | "target">,
  outcome: Awaited<ReturnType<typeof apply<Kept, Kept>>>,
  recorded: Change | null = null,
): Line {
  if (outcome.kind === "changed") {
    const why = `${remediation.told(base.target)} is changed, and was read again`;
    return { ...base, state: "verified", why, change: outcome.change };
  }
  return { ...base, state: outcome.kind === "nothing" ? "well" : outcome.kind, why: outcome.why, change: recorded };
}
