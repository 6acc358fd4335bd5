import type { Manifest } from "./manifest.ts";

/** What the ledger can keep as it stands, and what can be compared with what is read later. What is not there is `null`, never left out. */
export type Kept = null | boolean | number | string | readonly Kept[] | { readonly [key: string]: Kept };

/** What a finding tells of what it is about, in the names of the AWS Security Finding Format. */
export interface Finding {
  readonly AwsAccountId: string;
  readonly Region?: string | undefined;
  readonly Types?: readonly string[] | undefined;
  /** Which control of Security Hub CSPM a finding of a control is about, and by which parameters it judged. */
  readonly Compliance?:
    | {
        readonly SecurityControlId?: string | undefined;
        readonly SecurityControlParameters?:
          | readonly { readonly Name: string; readonly Value: readonly string[] }[]
          | undefined;
      }
    | undefined;
  readonly Resources: readonly {
    readonly Type: string;
    readonly Id: string;
    readonly Region?: string | undefined;
    /** What the product tells of the resource, by its type. Whoever imports a finding writes it: nothing in it is sure. */
    readonly Details?: unknown;
  }[];
}

/** Settings of an AWS SDK client. */
export interface ClientSettings {
  readonly region: string;
  readonly credentials: () => Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken: string }>;
}

/** A session of the remediation's role in the account of the finding. */
export interface Session {
  readonly partition: string;
  readonly accountId: string;
  /** Of the finding; for a global remediation too. */
  readonly region: string;
  /** A client in the region of the finding, or in another; one for each class and region. */
  client<Client>(Class: new (settings: ClientSettings) => Client, region?: string): Client;
}

/** What decisions need to know beside the resource itself. */
export interface Facts {
  readonly now: Date;
  /** Every account of the organization. */
  readonly organizationAccounts: readonly string[];
  /** `o-...`; where it is not known, whatever organization a condition names is taken for the own one. */
  readonly organizationId?: string | undefined;
  /** Accounts of others that may be let in. */
  readonly partnerAccounts: readonly string[];
  /** ARN patterns of roles, users and other resources that nothing touches (`*` stands for any text). */
  readonly untouchable: readonly string[];
  /** For which finding (its Id) something is done, and who asked for it: evidence is tagged with both. */
  readonly cause?: { readonly finding: string; readonly by: string };
  /** Whom copies of evidence are shared with, and the key that they are encrypted with. Without it evidence stays in the account as it is. */
  readonly forensics?: { readonly accountId: string; readonly kmsKeyArn: string };
}

/** What is to be made of a resource's state. */
export type Decision<State> =
  | { readonly kind: "nothing" }
  | { readonly kind: "change"; readonly to: State }
  /** It should be changed, and must not be by a machine: a person reads why. */
  | { readonly kind: "refuse"; readonly why: string };

/**
 * One remediation. It says what it reads, decides and writes; record, verification and undo are the same for all (`run.ts`). A state holds all that
 * `write` may change and nothing else, in a form that is the same whenever AWS has the same: sorted where AWS keeps no order.
 * Undo writes the state that was before, so what can't be given back is no part of a state.
 */
export interface Remediation<Target extends Kept, State extends Kept, Circumstances extends Kept = Kept> {
  readonly manifest: Manifest;
  /** What a finding is about, each once; empty where it is about nothing that this can work on. Pure. */
  targetsOf(finding: Finding): readonly Target[];
  /** The target in words, with its account: "bucket statements in account 100000000001". Pure. */
  told(target: Target): string;
  /** Its tags by key, by which owners protect it; none for what has no tags. */
  tags(session: Session, target: Target): Promise<Readonly<Record<string, string>>>;
  /** As AWS has it; undefined where the target is gone. */
  read(session: Session, target: Target): Promise<State | undefined>;
  /**
   * What a decision depends on and no change touches, such as a full ARN or when something was last used; read before each decision and
   * not kept. A decision of a remediation without it gets `null`.
   */
  circumstances?(session: Session, target: Target): Promise<Circumstances>;
  /** Pure. */
  decide(state: State, target: Target, facts: Facts, circumstances: Circumstances): Decision<State>;
  /**
   * Keeps evidence before the change (snapshots, log extracts) and tells what it kept; where that fails, after the change. May run twice, and keeps it
   * once: `after` is the recorded one and the same in each attempt.
   */
  preserve?(session: Session, target: Target, facts: Facts, after: State): Promise<Kept>;
  /**
   * Hands evidence over (copies, shares) once the change is made, which must not wait for it, and tells what is kept now. Throws where AWS is not
   * ready for it yet; runs again then, and hands it over once.
   */
  deliver?(session: Session, target: Target, facts: Facts, evidence: Kept): Promise<Kept>;
  /**
   * Makes one state of the other; both ways are used. It may be cut off anywhere and begins again then, so each of its calls can be repeated, and what protects
   * most comes first.
   */
  write(session: Session, target: Target, from: State, to: State): Promise<void>;
}

/** A remediation of whatever targets and states: what the ledger keeps of them goes back to the one that made it. */
export type AnyRemediation = Remediation<Kept, Kept>;

/**
 * A remediation among others. Its targets and states come back to it alone: the ledger keeps them by the remediation's name, which is why
 * forgetting their types here is sound.
 */
export function remediation<Target extends Kept, State extends Kept, Circumstances extends Kept = Kept>(
  one: Remediation<Target, State, Circumstances>,
): AnyRemediation {
  return one as unknown as AnyRemediation;
}
