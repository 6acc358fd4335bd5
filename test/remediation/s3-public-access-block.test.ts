import assert from "node:assert/strict";
import { S3Client } from "@aws-sdk/client-s3";
import { S3ControlClient } from "@aws-sdk/client-s3-control";
import { apply, undo } from "../../remediation/s3-public-access-block/apply.ts";
import { CLOSED, decide, isSame, targetsOf } from "../../remediation/s3-public-access-block/decide.ts";

const accountId = "100000000001";
const finding = (...resources: readonly (readonly [string, string])[]) => ({
  AwsAccountId: accountId,
  Resources: resources.map(([Type, Id]) => ({ Type, Id })),
});
const bucket = (name: string) => ({ kind: "bucket", accountId, bucket: name });

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

  it("changes the switches that are off, all where there is no block, none where it is closed", () => {
    assert.deepEqual(decide(undefined), Object.keys(CLOSED));
    assert.deepEqual(decide(CLOSED), []);
    assert.deepEqual(decide({ ...CLOSED, blockPublicPolicy: false }), ["blockPublicPolicy"]);
    assert.ok(isSame(undefined, undefined) && isSame(CLOSED, { ...CLOSED }));
    assert.ok(!isSame(undefined, CLOSED) && !isSame({ ...CLOSED, ignorePublicAcls: false }, CLOSED));
  });
});

describe("closing public access of S3", () => {
  const target = { kind: "bucket", accountId, bucket: "statements" } as const;

  /** An S3 that takes changes and forgets them; it tells its calls with their inputs. */
  function forgetful(answers: (object | Error)[]) {
    const calls: string[] = [];
    const s3 = new S3Client({ region: "us-east-1" });
    s3.send = async (command: { readonly input: object }) => {
      calls.push(`${command.constructor.name} ${JSON.stringify(command.input)}`);
      if (!command.constructor.name.startsWith("Get")) return {};
      const answer = answers.shift() ?? { PublicAccessBlockConfiguration: {} };
      if (answer instanceof Error) throw answer;
      return answer;
    };
    return { calls, clients: { s3, s3Control: new S3ControlClient({ region: "us-east-1" }) } };
  }

  it("is not done before AWS shows it, forth and back", async () => {
    const { calls, clients } = forgetful([]);
    const open = {
      blockPublicAcls: false,
      ignorePublicAcls: false,
      blockPublicPolicy: false,
      restrictPublicBuckets: false,
    };
    const recorded: object[] = [];
    await assert.rejects(
      apply(clients, target, async (change) => void recorded.push(change)),
      { step: "verify", message: /bucket statements in account 100000000001: AWS answers with .*false.* afterwards/ },
    );
    assert.deepEqual(recorded, [{ target, before: open, after: CLOSED }]);
    assert.deepEqual(
      calls.map((call) => call.split(" ")[0]),
      ["GetPublicAccessBlockCommand", "PutPublicAccessBlockCommand", "GetPublicAccessBlockCommand"],
    );
    const closed = {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    };
    const stays = forgetful([1, 2].map(() => ({ PublicAccessBlockConfiguration: closed })));
    await assert.rejects(undo(stays.clients, { target, before: undefined, after: CLOSED }), { step: "verify" });
    assert.match(stays.calls[1] ?? "", /^DeletePublicAccessBlockCommand/);
  });

  it("names the owner that it expects in every call, and what it was at when AWS refused", async () => {
    const { calls, clients } = forgetful([new Error("The bucket is somebody else's")]);
    await assert.rejects(
      apply(clients, target, () => assert.fail("recorded")),
      {
        step: "read",
        message: /^reading the public access block of bucket statements .*: The bucket is somebody else's$/,
      },
    );
    assert.deepEqual(calls, [
      `GetPublicAccessBlockCommand ${JSON.stringify({ Bucket: "statements", ExpectedBucketOwner: accountId })}`,
    ]);
  });
});
