import type { Manifest } from "./manifest.ts";
import { type AnyRemediation, type Finding, type Kept, remediation, type Session } from "./remediation.ts";

/** A setting of the baseline's, or of the admin stack's, that is mended by deploying its stack again: changed a second way, the two would fight. */
export interface Repair<Target extends Kept> {
  readonly manifest: Manifest & { readonly repairs: "baseline" | "admin" };
  /** What a finding is about, each once; empty where it is about nothing that this stack owns. Pure. */
  targetsOf(finding: Finding): readonly Target[];
  /** The target in words, with its account. Pure. */
  told(target: Target): string;
  /** Whether AWS has it as the control asks for; undefined where what should have the setting is gone. Reads only. */
  isWell(session: Session, target: Target): Promise<boolean | undefined>;
}

type Wellness = { readonly isWell: boolean };

/**
 * A repair as a remediation among others, with their modes, caps and dry run. What would be written is `response/repairing.ts`'s to ask for, and
 * undo is refused: the stack would set it again.
 */
export function repairRemediation<Target extends Kept>({
  manifest,
  targetsOf,
  told,
  isWell,
}: Repair<Target>): AnyRemediation {
  return remediation<Target, Wellness>({
    manifest,
    targetsOf,
    told,
    // Settings of accounts have no tags, and what their stack owns no owner's tag protects.
    tags: async () => ({}),
    async read(session, target) {
      const well = await isWell(session, target);
      return well === undefined ? undefined : { isWell: well };
    },
    decide: (now) => (now.isWell ? { kind: "nothing" } : { kind: "change", to: { isWell: true } }),
    async write() {
      throw new Error(`${manifest.title}: the ${manifest.repairs} stack is deployed instead of a change`);
    },
  });
}

/** A region of an account. */
export type AccountRegion = { readonly accountId: string; readonly region: string };

/** The account and region of a finding that is about the account as a whole. Pure. */
export function accountRegionOf({
  AwsAccountId: accountId,
  Region: region,
  Resources,
}: Finding): readonly AccountRegion[] {
  const isAccounts = Resources.some(({ Type, Id }) => Type === "AwsAccount" && ofAccount(Id, accountId));
  return isAccounts && region !== undefined ? [{ accountId, region }] : [];
}

/** Security Hub names an account `AWS::::Account:<id>`; others may name it by its id alone. */
const ofAccount = (id: string, accountId: string) => id === accountId || id === `AWS::::Account:${accountId}`;
