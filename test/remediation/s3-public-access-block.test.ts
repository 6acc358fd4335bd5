import assert from "node:assert/strict";
import { type Block, CLOSED, decide, targetsOf } from "../../remediation/s3-public-access-block/decide.ts";

const accountId = "100000000001";
const finding = (...resources: readonly (readonly [string, string])[]) => ({
  AwsAccountId: accountId,
  Resources: resources.map(([Type, Id]) => ({ Type, Id })),
});
const bucket = (name: string) => ({ kind: "bucket", accountId, bucket: name }) as const;

describe("the decision on public access of S3", () => {
  it("is about the buckets that a finding names, each once, in any partition", () => {
    assert.deepEqual(
      targetsOf(
        finding(
          ["AwsIamAccessKey", "AKIA"],
          ["AwsS3Bucket", "arn:aws:s3:::one"],
          ["AwsS3Bucket", "arn:aws-us-gov:s3:::two.three"],
          ["AwsS3Bucket", "arn:aws:s3:::one"],
        ),
      ),
      [bucket("one"), bucket("two.three")],
    );
  });

  it("is about the account where the finding is, also where GuardDuty names only who took the block away", () => {
    const account = [{ kind: "account", accountId }];
    assert.deepEqual(targetsOf(finding(["AwsAccount", `AWS::::Account:${accountId}`])), account);
    const types = ["TTPs/Policy:S3-AccountBlockPublicAccessDisabled"];
    assert.deepEqual(targetsOf({ ...finding(["AwsIamAccessKey", "AKIA"]), Types: types }), account);
  });

  it("is nothing for findings about neither, and never becomes the account where a bucket can't be told", () => {
    assert.deepEqual(targetsOf(finding(["AwsEc2Instance", "i-1"])), []);
    const hostile = ["", "one", "arn:aws:s3:::", "arn:aws:s3:::../x", "arn:aws:s3:::one/key", "arn:aws:s3:::A\n", "*"];
    for (const Id of hostile) {
      assert.deepEqual(targetsOf(finding(["AwsS3Bucket", Id], ["AwsAccount", "AWS::::Account"])), [], Id);
    }
  });

  it("closes the switches that are open, all where there is no block, none where it is closed", () => {
    const decided = (block: Block | null) => decide(block, bucket("one"), { untouchable: [] }, null);
    assert.deepEqual(decided(null), { kind: "change", to: CLOSED });
    assert.deepEqual(decided(CLOSED), { kind: "nothing" });
    assert.deepEqual(decided({ ...CLOSED, blockPublicPolicy: false }), { kind: "change", to: CLOSED });
  });

  it("leaves an account's where that would close a bucket that nothing touches, and names it", () => {
    const account = { kind: "account", accountId } as const;
    const of = (name: string, isProtected = false) => ({ arn: `arn:aws:s3:::${name}`, isProtected });
    const untouchable = ["arn:*:s3:::downloads*"];
    const decided = (...buckets: ReturnType<typeof of>[]) => decide(null, account, { untouchable }, buckets);
    assert.deepEqual(decided(of("one"), of("two")), { kind: "change", to: CLOSED });
    for (const kept of [of("downloads-1"), of("site", true)]) {
      const decision = decided(of("one"), kept);
      assert.ok(decision.kind === "refuse");
      assert.ok(decision.why.endsWith(`: ${kept.arn}`), decision.why);
    }
    const many = decided(...Array.from({ length: 7 }, (_, at) => of(`site-${at}`, true)));
    assert.ok(many.kind === "refuse" && many.why.endsWith("site-4 and 2 more"));
  });
});
