import type { Decision, Finding } from "../remediation.ts";

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

/** A closed block in place of one with a switch that is off, or of none (`null`). */
export function decide(before: Block | null): Decision<Block | null> {
  const switches = Object.keys(CLOSED) as (keyof Block)[];
  return switches.every((one) => before?.[one] === true) ? { kind: "nothing" } : { kind: "change", to: CLOSED };
}
