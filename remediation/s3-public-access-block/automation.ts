import type { ApiCall, AutomationPlan, PlanStep } from "../automation/plan.ts";

const SWITCHES = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"] as const;
const CLOSED = Object.fromEntries(SWITCHES.map((one) => [one, true]));
const BLOCK = "$.PublicAccessBlockConfiguration";

/** Read, closed, and each switch read again. S3 answers for what has no block by an error, which is the record then. */
function steps(read: ApiCall, put: ApiCall): readonly [PlanStep, ...PlanStep[]] {
  const verified = SWITCHES.map((one, index): PlanStep => {
    const call = { ...read, property: `${BLOCK}.${one}`, wanted: ["True"] as const };
    return { name: `verify${one}`, kind: "verify", call, ...(index === SWITCHES.length - 1 && { end: true }) };
  });
  return [
    { name: "before", kind: "read", call: read, outputs: { Block: [BLOCK, "StringMap"] }, orElse: "close" },
    {
      name: "close",
      kind: "change",
      call: { ...put, input: { ...put.input, PublicAccessBlockConfiguration: CLOSED } },
    },
    ...verified,
  ];
}

const bucket = { service: "s3", input: { Bucket: "{{ BucketName }}", ExpectedBucketOwner: "{{ global:ACCOUNT_ID }}" } };
const account = { service: "s3control", input: { AccountId: "{{ global:ACCOUNT_ID }}" } };

/** Two documents: a name that was forgotten must not close all of an account's buckets. */
export const s3PublicAccessBlockAutomation: readonly AutomationPlan[] = [
  {
    variant: "Bucket",
    description: "Blocks the public access of a bucket. To be started in the bucket's region.",
    parameters: {
      // Amazon S3 User Guide, "General purpose bucket naming rules".
      BucketName: { description: "The bucket.", pattern: "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$" },
    },
    steps: steps(
      { ...bucket, right: "s3:GetBucketPublicAccessBlock", api: "GetPublicAccessBlock" },
      { ...bucket, right: "s3:PutBucketPublicAccessBlock", api: "PutPublicAccessBlock" },
    ),
  },
  {
    variant: "Account",
    description: "Blocks the public access of every bucket of the account.",
    parameters: {},
    steps: steps(
      { ...account, right: "s3:GetAccountPublicAccessBlock", api: "GetPublicAccessBlock" },
      { ...account, right: "s3:PutAccountPublicAccessBlock", api: "PutPublicAccessBlock" },
    ),
  },
];
