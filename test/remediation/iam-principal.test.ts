import assert from "node:assert/strict";
import { principalsOf } from "../../remediation/iam-principal.ts";

const AwsAccountId = "100000000001";
const found = (Type: string, Id: string, Details?: unknown) =>
  principalsOf({ AwsAccountId, Resources: [{ Type, Id, Details }] });
const key = (details: unknown, Id = "AWS::IAM::AccessKey:AKIAIOSFODNN7EXAMPLE") =>
  found("AwsIamAccessKey", Id, { AwsIamAccessKey: details });
const accessKeyId = "AKIAIOSFODNN7EXAMPLE";

describe("whom a finding of IAM is about", () => {
  it("is a user or a role by its ARN, without its path, in any partition", () => {
    assert.deepEqual(found("AwsIamUser", `arn:aws:iam::${AwsAccountId}:user/people/night/Ann@x`), [
      { kind: "user", name: "Ann@x", accessKeyId: null },
    ]);
    assert.deepEqual(found("AwsIamRole", `arn:aws-us-gov:iam::${AwsAccountId}:role/App`), [
      { kind: "role", name: "App", accessKeyId: null },
    ]);
  });

  it("is the owner of an access key, as GuardDuty and others name it", () => {
    const user = [{ kind: "user", name: "ann", accessKeyId }];
    assert.deepEqual(key({ PrincipalName: "ann", PrincipalType: "IAMUser" }), user);
    assert.deepEqual(key({ UserName: "ann" }, accessKeyId), user);
    assert.deepEqual(key({ PrincipalName: "ann", AccountId: AwsAccountId }), user);
    assert.deepEqual(
      key({ PrincipalName: "App", PrincipalType: "AssumedRole" }, "AWS::IAM::AccessKey:ASIAIOSFODNN7EXAMPLE"),
      [{ kind: "role", name: "App", accessKeyId: "ASIAIOSFODNN7EXAMPLE" }],
    );
  });

  it("is nobody of another account, no root user, and nobody that has no proper name", () => {
    const wrong = [
      found("AwsIamUser", "arn:aws:iam::100000000002:user/ann"),
      found("AwsIamUser", `arn:aws:iam::${AwsAccountId}:role/ann`),
      found("AwsIamRole", `arn:aws:iam::${AwsAccountId}:user/ann`),
      found("AwsIamUser", `arn:aws:iam::${AwsAccountId}:root`),
      found("AwsIamUser", `arn:aws:iam::${AwsAccountId}:user/`),
      found("AwsIamUser", `arn:aws:iam::${AwsAccountId}:user/ann\n`),
      found("AwsIamUser", `arn:aws:iam::${AwsAccountId}:user/a*`),
      found("AwsIamUser", `arn:aws:iam::${AwsAccountId}:user/${"a".repeat(65)}`),
      found("AwsIamGroup", `arn:aws:iam::${AwsAccountId}:user/ann`),
      found("AwsIamUser", ""),
      found("AwsIamAccessKey", `AWS::IAM::AccessKey:${accessKeyId}`),
      found("AwsIamAccessKey", accessKeyId, "details"),
      found("AwsIamAccessKey", accessKeyId, { AwsIamAccessKey: null }),
      key({ PrincipalName: "ann", PrincipalType: "Root" }),
      key({ PrincipalName: "ann", PrincipalType: "AWSAccount" }),
      key({ PrincipalName: "ann", PrincipalType: "toString" }),
      key({ PrincipalName: "ann", PrincipalType: ["IAMUser"] }),
      key({ PrincipalName: ["ann"] }),
      key({ PrincipalName: "" }),
      key({ PrincipalName: "ann/../bob" }),
      key({ PrincipalName: "ann", AccountId: "100000000002" }),
      key({ PrincipalName: "ann" }, "AWS::IAM::AccessKey:"),
      key({ PrincipalName: "ann" }, `AWS::IAM::AccessKey:${accessKeyId}\n`),
    ];
    for (const [index, principals] of wrong.entries()) assert.deepEqual(principals, [], `case ${index}`);
  });
});
