import type { Decision, Facts, Finding } from "../remediation.ts";
import { isUntouchable } from "../text-pattern.ts";

/** The four switches of a public access block (Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage"). */
export type Block = {
  readonly blockPublicAcls: boolean;
  readonly ignorePublicAcls: boolean;
  readonly blockPublicPolicy: boolean;
  readonly restrictPublicBuckets: boolean;
};

/** Nothing can be public. */
export const CLOSED: Block = {
  blockPublicAcls: true,
  ignorePublicAcls: true,
  blockPublicPolicy: true,
  restrictPublicBuckets: true,
};

/** What has a block: an account as a whole, or one bucket of it. */
export type Target =
  | { readonly kind: "account"; readonly accountId: string }
  | { readonly kind: "bucket"; readonly accountId: string; readonly bucket: string };

/** Amazon S3 User Guide, "General purpose bucket naming rules". */
const BUCKET_ARN = /^arn:[a-z-]+:s3:::([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])$/;
/** GuardDuty names the access key that took an account's block away as the resource, and no account. */
const OF_ACCOUNT = "TTPs/Policy:S3-AccountBlockPublicAccessDisabled";

/** What a finding is about: the buckets that it names, or the account. Empty where it is about neither, and nothing is to be done. */
export function targetsOf({ AwsAccountId: accountId, Types = [], Resources }: Finding): readonly Target[] {
  if (Types.includes(OF_ACCOUNT)) return [{ kind: "account", accountId }];
  const named = Resources.filter(({ Type }) => Type === "AwsS3Bucket");
  if (named.length === 0) {
    return Resources.some(({ Type }) => Type === "AwsAccount") ? [{ kind: "account", accountId }] : [];
  }
  const buckets = new Set(named.flatMap(({ Id }) => BUCKET_ARN.exec(Id)?.[1] ?? []));
  return [...buckets].map((bucket) => ({ kind: "bucket", accountId, bucket }));
}

/** Buckets of the account whose own block is not closed, which an account's would close with all others; `null` for a bucket. */
export type Circumstances =
  | null
  | readonly {
      readonly arn: string;
      /** By its owner's tag. */
      readonly isProtected: boolean;
    }[];

/** Buckets that are named to a person. */
const NAMED = 5;

/**
 * A closed block in place of one with a switch that is off, or of none (`null`). An account's is left where it would close a bucket that nothing
 * touches: the stricter of account and bucket holds (Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage").
 */
export function decide(
  before: Block | null,
  _target: Target,
  { untouchable }: Pick<Facts, "untouchable">,
  buckets: Circumstances,
): Decision<Block | null> {
  if (isClosed(before)) return { kind: "nothing" };
  const kept = (buckets ?? []).filter(({ arn, isProtected }) => isProtected || isUntouchable(arn, untouchable));
  if (kept.length === 0) return { kind: "change", to: CLOSED };
  const named = kept.slice(0, NAMED).map(({ arn }) => arn);
  const others = kept.length > NAMED ? ` and ${kept.length - NAMED} more` : "";
  return { kind: "refuse", why: `it would close what nothing touches: ${named.join(", ")}${others}` };
}

/** Whether all four switches are on. Pure. */
export const isClosed = (block: Block | null): boolean =>
  (Object.keys(CLOSED) as (keyof Block)[]).every((one) => block?.[one] === true);
