import assert from "node:assert/strict";
import { bucketsOf, type NamedResource } from "../../remediation/finding-resources.ts";
import type { Fields } from "../../remediation/policy-document.ts";
import type { Decision, Facts, Kept } from "../../remediation/remediation.ts";
import { decide as decideOnKey } from "../../remediation/unauthorized-principals-kms/decide.ts";
import {
  decide as decideOnFunction,
  functionPolicyState,
  targetsOf as functionsOf,
  partsOf,
  permissionOf,
  stepsBetween,
} from "../../remediation/unauthorized-principals-lambda/decide.ts";
import {
  decide as decideOnRole,
  roleName,
  targetsOf as rolesOf,
} from "../../remediation/unauthorized-principals-role/decide.ts";
import { decide as decideOnBucket } from "../../remediation/unauthorized-principals-s3/decide.ts";
import {
  decide as decideOnSecret,
  targetsOf as secretsOf,
} from "../../remediation/unauthorized-principals-secretsmanager/decide.ts";
import {
  decide as decideOnTopic,
  targetsOf as topicsOf,
} from "../../remediation/unauthorized-principals-sns/decide.ts";
import {
  decide as decideOnQueue,
  targetsOf as queuesOf,
} from "../../remediation/unauthorized-principals-sqs/decide.ts";

const accountId = "100000000001";
const STRANGER = "999988887777";
const facts: Facts = {
  now: new Date(0),
  organizationAccounts: [accountId],
  organizationId: "o-a1b2c3d4e5",
  partnerAccounts: ["444455556666"],
  untouchable: ["arn:aws:iam::*:role/BreakGlass", "arn:aws:iam::*:role/Bulwark*", "arn:aws:s3:::bulwark-*"],
};
const finding = (Type: string, ...ids: readonly unknown[]) => ({
  AwsAccountId: accountId,
  Resources: ids.map((Id) => ({ Type, Id: Id as string })),
});
const arnsOf = (targets: readonly NamedResource[]) => targets.map(({ arn }) => arn);

/** What is no ARN of any service. */
const HOSTILE = ["", "*", " ", "x".repeat(5000), undefined, null, 7, {}, ["arn:aws:s3:::one"], "arn:aws:iam::*:role/x"];

const policy = (...Statement: readonly object[]) => JSON.stringify({ Statement, Version: "2012-10-17" });
const allow = (AWS: string | readonly string[]) => ({
  Action: "x:Read",
  Effect: "Allow",
  Principal: { AWS },
  Resource: "*",
});

const TOPIC = `arn:aws-cn:sns:cn-north-1:${accountId}:one`;

describe("the decision on unauthorized principals", () => {
  const services: [
    string,
    string,
    (policy: string | null, resource: NamedResource, facts: Facts) => Decision<string | null>,
    string | null,
  ][] = [
    ["bucket", "arn:aws:s3:::one", decideOnBucket, null],
    [
      "role",
      `arn:aws:iam::${accountId}:role/x/One`,
      decideOnRole,
      policy({ Action: "sts:AssumeRole", Effect: "Deny", Principal: { AWS: "*" }, Sid: "Nobody" }),
    ],
    ["queue", `arn:aws:sqs:us-east-1:${accountId}:one`, decideOnQueue, null],
    [
      "topic",
      TOPIC,
      decideOnTopic,
      JSON.stringify({
        Id: "Owner",
        Statement: [
          {
            Action: ["sns:GetTopicAttributes", "sns:SetTopicAttributes"],
            Effect: "Allow",
            Principal: { AWS: `arn:aws-cn:iam::${accountId}:root` },
            Resource: TOPIC,
            Sid: "Owner",
          },
        ],
        Version: "2012-10-17",
      }),
    ],
    ["secret", `arn:aws:secretsmanager:us-east-1:${accountId}:secret:a/b-AbCd12`, decideOnSecret, null],
  ];
  for (const [name, arn, decide, emptied] of services) {
    it(`of a ${name} takes strangers, leaves what is right, and refuses what it must not touch`, () => {
      const resource = { accountId, arn };
      const own = allow(`arn:aws:iam::${accountId}:root`);
      assert.deepEqual(decide(null, resource, facts), { kind: "nothing" });
      assert.deepEqual(decide(policy(own), resource, facts), { kind: "nothing" });
      assert.deepEqual(decide(policy(allow(STRANGER), own), resource, facts), { kind: "change", to: policy(own) });
      assert.deepEqual(decide(policy(allow(STRANGER)), resource, facts), { kind: "change", to: emptied });
      assert.equal(decide("{", resource, facts).kind, "refuse");
      assert.equal(decide(policy(allow(STRANGER)), resource, { ...facts, untouchable: [arn] }).kind, "refuse");
      assert.equal(decide(policy(own), resource, { ...facts, untouchable: [arn] }).kind, "nothing");
    });
  }

  it("leaves load balancers their way to write logs into buckets, and into nothing else", () => {
    const logs = policy(allow("arn:aws:iam::127311923021:root"));
    assert.deepEqual(decideOnBucket(logs, { accountId, arn: "arn:aws:s3:::one" }, facts), { kind: "nothing" });
    assert.equal(decideOnSecret(logs, { accountId, arn: "one" }, facts).kind, "change");
  });

  it("is about the buckets that a finding names, each once", () => {
    const arns = ["arn:aws:s3:::one", "arn:aws-us-gov:s3:::two.three"];
    assert.deepEqual(arnsOf(bucketsOf(finding("AwsS3Bucket", ...arns, ...arns))), arns);
    assert.deepEqual(bucketsOf(finding("AwsIamRole", ...arns)), []);
    const hostile = [
      ...HOSTILE,
      "one",
      "arn:aws:s3:::",
      "arn:aws:s3:::one/key",
      "arn:aws:s3:::A\n",
      "arn:other:s3:::one",
    ];
    assert.deepEqual(bucketsOf(finding("AwsS3Bucket", ...hostile)), []);
  });

  it("is about the roles of the finding's account that are not AWS's own", () => {
    const arns = [`arn:aws:iam::${accountId}:role/One`, `arn:aws-cn:iam::${accountId}:role/a/b:c/Two@x`];
    assert.deepEqual(arnsOf(rolesOf(finding("AwsIamRole", ...arns, ...arns))), arns);
    assert.deepEqual(rolesOf(finding("AwsIamRole", ...arns)).map(roleName), ["One", "Two@x"]);
    const hostile = [
      ...HOSTILE,
      `arn:aws:iam::${STRANGER}:role/One`,
      `arn:aws:iam::${accountId}:user/One`,
      `arn:aws:iam::${accountId}:role/`,
      `arn:aws:iam::${accountId}:role/One\n`,
      `arn:aws:iam::${accountId}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX`,
      `arn:aws:iam::${accountId}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_1`,
    ];
    assert.deepEqual(rolesOf(finding("AwsIamRole", ...hostile)), []);
  });

  it("never changes who may become a break-glass role or one of Bulwark's, whatever their path", () => {
    for (const name of ["BreakGlass", "x/BreakGlass", "BulwarkRemediation-x"]) {
      const role = { accountId, arn: `arn:aws:iam::${accountId}:role/${name}` };
      assert.equal(decideOnRole(policy(allow(STRANGER)), role, facts).kind, "refuse", name);
    }
    const bucket = { accountId, arn: "arn:aws:s3:::bulwark-trail" };
    assert.equal(decideOnBucket(policy(allow(STRANGER)), bucket, facts).kind, "refuse");
  });

  it("is about the queues, topics, secrets and functions of the finding's account", () => {
    const of = (service: string, name: string, account = accountId) =>
      `arn:aws:${service}:eu-west-1:${account}:${name}`;
    const cases: [string, typeof queuesOf, string, readonly string[], readonly string[]][] = [
      ["AwsSqsQueue", queuesOf, "sqs", ["one", "Two_-x.fifo"], ["", "one/two", "one.two", "o:ne", "*", "o\n"]],
      ["AwsSnsTopic", topicsOf, "sns", ["one", "two.fifo"], ["", "one:subscription", "*", "one.x"]],
      [
        "AwsSecretsManagerSecret",
        secretsOf,
        "secretsmanager",
        ["secret:one-AbCd12", "secret:a/b+c=@.x-AbCd12"],
        ["secret:one", "one-AbCd12", "secret:*-AbCd12"],
      ],
      [
        "AwsLambdaFunction",
        functionsOf,
        "lambda",
        ["function:one", "function:one:live"],
        ["layer:one", "function:", "function:*"],
      ],
    ];
    for (const [type, targetsOf, service, good, bad] of cases) {
      const arns = good.map((name) => of(service, name));
      assert.deepEqual(arnsOf(targetsOf(finding(type, ...arns, ...arns))), arns);
      const hostile = [...HOSTILE, ...bad.map((name) => of(service, name)), of(service, good[0] ?? "", STRANGER)];
      assert.deepEqual(targetsOf(finding(type, ...hostile)), [], type);
      assert.deepEqual(targetsOf(finding("AwsOther", ...arns)), []);
      assert.deepEqual(arnsOf(targetsOf({ ...finding(type, ...arns), Region: "eu-west-1" })), arns);
      assert.deepEqual(targetsOf({ ...finding(type, ...arns), Region: "us-east-1" }), [], "another region");
    }
    const [latest] = functionsOf(finding("AwsLambdaFunction", of("lambda", "function:one:$LATEST")));
    assert.deepEqual(partsOf(latest as NamedResource), { FunctionName: "one" });
    const [live] = functionsOf(finding("AwsLambdaFunction", of("lambda", "function:one:live")));
    assert.deepEqual(partsOf(live as NamedResource), { FunctionName: "one", Qualifier: "live" });
  });

  it("never takes a key from its account", () => {
    const key = { accountId, arn: `arn:aws:kms:eu-west-1:${accountId}:key/mrk-${"0".repeat(32)}` };
    const stranger = { ...allow(STRANGER), Action: "kms:*" };
    const root = { ...allow(`arn:aws:iam::${accountId}:root`), Action: "kms:*" };
    assert.deepEqual(decideOnKey(policy(root, stranger), key, facts), { kind: "change", to: policy(root) });
    const refused = decideOnKey(policy(stranger, { ...root, Action: "kms:Decrypt" }), key, facts);
    assert.ok(refused.kind === "refuse");
    assert.match(refused.why, /kms:PutKeyPolicy: nobody could administer it/);
  });

  describe("of functions", () => {
    const arn = `arn:aws:lambda:eu-west-1:${accountId}:function:one`;
    const target = { accountId, arn };
    const invoke = (Sid: string, Principal: Kept, more: Fields = {}): Fields => ({
      Action: "lambda:InvokeFunction",
      ...more,
      Effect: "Allow",
      Principal,
      Resource: arn,
      Sid,
    });
    const conditions = {
      ArnLike: { "AWS:SourceArn": "arn:aws:s3:::x" },
      Bool: { "lambda:InvokedViaFunctionUrl": "true" },
      StringEquals: {
        "AWS:SourceAccount": STRANGER,
        "aws:PrincipalOrgID": "o-zzzzzzzzzz",
        "lambda:EventSourceToken": "t",
        "lambda:FunctionUrlAuthType": "NONE",
      },
    };

    it("takes statements by their ids and gives the same back", () => {
      const stranger = invoke("b", { AWS: `arn:aws:iam::${STRANGER}:root` });
      const open = invoke("c", "*", { Condition: { StringEquals: { "lambda:FunctionUrlAuthType": "NONE" } } });
      const service = invoke("a", { Service: "events.amazonaws.com" });
      const before = functionPolicyState(policy(open, stranger, service));
      const decision = decideOnFunction(before, target, facts);
      assert.ok(decision.kind === "change");
      assert.equal(decision.to, functionPolicyState(policy(service)));
      assert.deepEqual(stepsBetween(before, decision.to), { gone: ["b", "c"], come: [] });
      const given = { StatementId: "b", Action: "lambda:InvokeFunction", Principal: `arn:aws:iam::${STRANGER}:root` };
      const all = { StatementId: "c", Action: "lambda:InvokeFunction", Principal: "*", FunctionUrlAuthType: "NONE" };
      assert.deepEqual(stepsBetween(decision.to, before), { gone: [], come: [given, all] });
      // A write that was cut off goes on from what is there.
      assert.deepEqual(stepsBetween(functionPolicyState(policy(open, service)), before), { gone: [], come: [given] });
      assert.deepEqual(decideOnFunction(functionPolicyState(policy(stranger)), target, facts), {
        kind: "change",
        to: null,
      });
      assert.equal(functionPolicyState(policy()), null);
      assert.equal(
        functionPolicyState(policy(open, stranger)),
        functionPolicyState(policy(stranger, open)),
        "no order",
      );
    });

    it("knows the call for each statement that Lambda makes, and refuses to take one that no call makes", () => {
      assert.deepEqual(permissionOf(invoke("x", "*", { Condition: conditions })), {
        StatementId: "x",
        Action: "lambda:InvokeFunction",
        Principal: "*",
        SourceArn: "arn:aws:s3:::x",
        InvokedViaFunctionUrl: true,
        SourceAccount: STRANGER,
        PrincipalOrgID: "o-zzzzzzzzzz",
        EventSourceToken: "t",
        FunctionUrlAuthType: "NONE",
      });
      const unmakeable: Fields[] = [
        invoke("x", "*", { Action: ["lambda:InvokeFunction", "lambda:GetFunction"] }),
        invoke("x", "*", { Condition: { StringLike: { "AWS:SourceAccount": "*" } } }),
        invoke("x", "*", { Condition: { Bool: { "aws:SecureTransport": "true" } } }),
        invoke("x", "*", { NotAction: "x" }),
        invoke("x", { AWS: `arn:aws:iam::${STRANGER}:root`, Service: "events.amazonaws.com" }),
        invoke("x", { AWS: [`arn:aws:iam::${STRANGER}:root`, `arn:aws:iam::${STRANGER}:user/x`] }),
      ];
      for (const statement of unmakeable) {
        const decision = decideOnFunction(functionPolicyState(policy(statement)), target, facts);
        assert.ok(decision.kind === "refuse", JSON.stringify(statement));
        assert.match(decision.why, /by hand/);
      }
    });
  });
});
