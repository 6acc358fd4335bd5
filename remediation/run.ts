import { isDeepStrictEqual } from "node:util";
import type { Facts, Kept, Remediation, Session } from "./remediation.ts";
import { during, StepError } from "./step-error.ts";

/** An owner's tag that keeps a resource from every remediation, whatever its value but `false`. */
export const PROTECTED_TAG = "bulwark:protected";

/** Whether tags keep what they are on from every remediation. Pure. */
export const areProtecting = (tags: Readonly<Record<string, string>>): boolean =>
  tags[PROTECTED_TAG] !== undefined && tags[PROTECTED_TAG] !== "false";

/** What is kept before a change, so that it can be undone. */
export interface Change<Target extends Kept = Kept, State extends Kept = Kept> {
  readonly target: Target;
  readonly before: State;
  readonly after: State;
  readonly evidence: Kept;
}

/** What would be done, or why nothing is. */
export type Plan<State> =
  | { readonly kind: "nothing" | "gone" | "protected" | "refused"; readonly why: string }
  | { readonly kind: "change"; readonly before: State; readonly after: State };

export type Outcome<Target extends Kept, State extends Kept> =
  | Exclude<Plan<State>, { kind: "change" }>
  | { readonly kind: "changed"; readonly change: Change<Target, State> };

/** A dry run: reads, and tells what `apply` would make of it. Throws `StepError`. */
export async function plan<Target extends Kept, State extends Kept>(
  remediation: Remediation<Target, State>,
  session: Session,
  target: Target,
  facts: Facts,
): Promise<Plan<State>> {
  const told = remediation.told(target);
  const before = await during("read", `reading ${told}`, () => remediation.read(session, target));
  if (before === undefined) return { kind: "gone", why: `${told} is not there any more` };
  const circumstances =
    remediation.circumstances === undefined
      ? null
      : await during(
          "read",
          `reading what ${told} depends on`,
          async () => remediation.circumstances?.(session, target) ?? null,
        );
  const decision = remediation.decide(before, target, facts, circumstances);
  if (decision.kind === "nothing") return { kind: "nothing", why: `${told} is as it shall be` };
  // Asked for where something is to be changed only: most findings that come twice end above.
  const kept = await protection(remediation, session, target);
  if (kept !== undefined) return kept;
  if (decision.kind === "refuse") return { kind: "refused", why: decision.why };
  return { kind: "change", before, after: decision.to };
}

async function protection<Target extends Kept, State extends Kept>(
  remediation: Remediation<Target, State>,
  session: Session,
  target: Target,
): Promise<{ readonly kind: "protected"; readonly why: string } | undefined> {
  const told = remediation.told(target);
  const tags = await during("read", `reading the tags of ${told}`, () => remediation.tags(session, target));
  if (!areProtecting(tags)) return undefined;
  return { kind: "protected", why: `${told} has the tag ${PROTECTED_TAG}` };
}

/** What the ledger knows of a target's change, and how it learns more. */
export interface Recording<Target extends Kept, State extends Kept> {
  /** What an attempt before this one recorded: its state of before is the one that undo gives back. */
  readonly recorded?: Change<Target, State> | undefined;
  /**
   * How far that attempt is known to have come. What it wrote to the end is only read
   * again, since what differs by now may be an owner's; so is what a late attempt finds to be neither as before nor as it shall be.
   * Else it may have been cut off anywhere, a moment ago.
   */
  readonly came?: "begun" | "late" | "written";
  /** Keeps the change; nothing is changed, and no evidence is kept, before it has. Called again when there is evidence. */
  record(change: Change<Target, State>): Promise<void>;
}

/**
 * Remediates a target: reads it, records what is to be changed, keeps evidence, changes it, and reads it again. Evidence that could not be kept before the
 * change is tried once more after it, and holds that up no further. Throws `StepError`; what failed
 * after the record is tried again with what was recorded, and goes on from what AWS then has.
 */
export async function apply<Target extends Kept, State extends Kept>(
  remediation: Remediation<Target, State>,
  session: Session,
  target: Target,
  facts: Facts,
  { recorded, came = "begun", record }: Recording<Target, State>,
): Promise<Outcome<Target, State>> {
  const told = remediation.told(target);
  const what = `${remediation.manifest.title}: ${told}`;
  let change = recorded;
  let now: State | undefined;
  if (change === undefined) {
    const planned = await plan(remediation, session, target, facts);
    if (planned.kind !== "change") return planned;
    now = planned.before;
    change = { target, before: planned.before, after: planned.after, evidence: null };
    await keep(record, change, what);
  } else {
    now = await during("read", `reading ${told}`, () => remediation.read(session, target));
    if (now === undefined) return { kind: "gone", why: `${told} is not there any more` };
    if (!isDeepStrictEqual(now, change.after)) {
      const isAsBefore = isDeepStrictEqual(now, change.before);
      if (came === "written" || (came === "late" && !isAsBefore)) throw unexpected(what, now);
      const kept = await protection(remediation, session, target);
      if (kept !== undefined) return kept;
    }
  }
  const { after } = change;
  const preserved = async (of: Change<Target, State>): Promise<Change<Target, State>> => {
    if (remediation.preserve === undefined || of.evidence !== null) return of;
    const preserve = remediation.preserve.bind(remediation);
    const evidence = await during("preserve", `${what}: keeping evidence`, () =>
      preserve(session, target, facts, after),
    );
    const kept = { ...of, evidence };
    await keep(record, kept, what);
    return kept;
  };
  try {
    change = await preserved(change);
  } catch (error) {
    // Who has got in must not stay because AWS takes no snapshot just now; what a change must not go without is its record.
    if (!(error instanceof StepError && error.step === "preserve")) throw error;
  }
  if (!isDeepStrictEqual(now, after)) {
    const from = now;
    await during("change", what, () => remediation.write(session, target, from, after));
    await verify(remediation, session, target, after, what);
  }
  change = await preserved(change);
  return { kind: "changed", change: await handOver(remediation, session, change, facts, record) };
}

/** Hands the evidence of a change over that is made and verified; reads and writes nothing else. Throws `StepError` of the step `deliver`. */
export async function handOver<Target extends Kept, State extends Kept>(
  remediation: Remediation<Target, State>,
  session: Session,
  change: Change<Target, State>,
  facts: Facts,
  record: Recording<Target, State>["record"],
): Promise<Change<Target, State>> {
  if (remediation.deliver === undefined) return change;
  const deliver = remediation.deliver.bind(remediation);
  const { target, evidence: known } = change;
  const what = `${remediation.manifest.title}: ${remediation.told(target)}`;
  const evidence = await during("deliver", `${what}: handing evidence over`, () =>
    deliver(session, target, facts, known),
  );
  if (isDeepStrictEqual(evidence, known)) return change;
  const delivered = { ...change, evidence };
  await keep(record, delivered, what);
  return delivered;
}

async function keep<Target extends Kept, State extends Kept>(
  record: Recording<Target, State>["record"],
  change: Change<Target, State>,
  what: string,
): Promise<void> {
  await during("record", `${what}: recording it`, () => record(change));
}

/**
 * Takes a change back, exactly. Does nothing where it was taken back before, and refuses where somebody has changed it since: theirs would be
 * lost. Throws `StepError`.
 *
 * @param begun an attempt before this one may have taken a part back: what it left is no change of somebody else
 */
export async function undo<Target extends Kept, State extends Kept>(
  remediation: Remediation<Target, State>,
  session: Session,
  { target, before, after }: Pick<Change<Target, State>, "target" | "before" | "after">,
  begun = false,
): Promise<void> {
  const told = remediation.told(target);
  const what = `${remediation.manifest.title}: giving ${told} back what was before`;
  const now = await during("read", `reading ${told}`, () => remediation.read(session, target));
  if (isDeepStrictEqual(now, before)) return;
  if (now === undefined) throw new StepError("undo", `${what}: it is not there any more`);
  if (!begun && !isDeepStrictEqual(now, after)) {
    throw new StepError("undo", `${what}: somebody has changed it since; set it by hand to what it shall be`);
  }
  await during("undo", what, () => remediation.write(session, target, now, before));
  await verify(remediation, session, target, before, what);
}

/** AWS may answer with what was before for a moment; whoever calls tries a failed verification again. */
async function verify<Target extends Kept, State extends Kept>(
  remediation: Remediation<Target, State>,
  session: Session,
  target: Target,
  wanted: State,
  what: string,
): Promise<void> {
  const now = await during("verify", `${what}: reading it again`, () => remediation.read(session, target));
  if (isDeepStrictEqual(now, wanted)) return;
  throw unexpected(what, now);
}

const unexpected = (what: string, now: Kept | undefined) =>
  new StepError("verify", `${what}: AWS answers with ${JSON.stringify(now ?? "none")} afterwards`);
