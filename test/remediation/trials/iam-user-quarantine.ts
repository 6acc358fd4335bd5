import { IAM } from "@aws-sdk/client-iam";
import { S3Client } from "@aws-sdk/client-s3";
import { STS } from "@aws-sdk/client-sts";
import { iamUserQuarantineRemediation as remediation } from "../../../remediation/iam-user-quarantine/remediation.ts";
import { listing } from "./listing.ts";
import type { Trial } from "./trial.ts";

const DENIED = { Sid: "Quarantine", Effect: "Deny", Action: "*", Resource: "*" };
const QUARANTINED = { Version: "2012-10-17", Statement: [DENIED] };
const allow = (Action: string) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: "*" }] }, null, 2);

/** A user with a password, a key in use, one that is off, and a session from before. */
export const userInUse: Trial = {
  remediation,
  async arrange({ id: AwsAccountId, access }, suffix) {
    const { endpoint, region } = access();
    const iam = new IAM(access());
    const UserName = `user-${suffix}`;
    await iam.createUser({ UserName });
    await iam.createLoginProfile({ UserName, Password: "correct horse battery staple 1A" });
    await iam.putUserPolicy({ UserName, PolicyName: "Work", PolicyDocument: allow("s3:ListAllMyBuckets") });
    const made = [await iam.createAccessKey({ UserName }), await iam.createAccessKey({ UserName })];
    const [on, off] = made.map(({ AccessKey }) => AccessKey);
    await iam.updateAccessKey({ UserName, AccessKeyId: off?.AccessKeyId, Status: "Inactive" });
    const credentials = { accessKeyId: on?.AccessKeyId ?? "", secretAccessKey: on?.SecretAccessKey ?? "" };
    const own = { endpoint, region, credentials };
    const { Credentials: given } = await new STS(own).getSessionToken({});
    const session = {
      accessKeyId: given?.AccessKeyId ?? "",
      secretAccessKey: given?.SecretAccessKey ?? "",
      sessionToken: given?.SessionToken ?? "",
    };
    return {
      finding: {
        AwsAccountId,
        Types: ["TTPs/UnauthorizedAccess:IAMUser-ConsoleLoginSuccess.B"],
        Resources: [{ Type: "AwsIamUser", Id: `arn:aws:iam::${AwsAccountId}:user/${UserName}` }],
      },
      async see() {
        const { AccessKeyMetadata: keys = [] } = await iam.listAccessKeys({ UserName });
        const { PolicyNames = [] } = await iam.listUserPolicies({ UserName });
        const policies = PolicyNames.map(async (PolicyName) => {
          const { PolicyDocument = "" } = await iam.getUserPolicy({ UserName, PolicyName });
          return [PolicyName, JSON.parse(decodeURIComponent(PolicyDocument))];
        });
        const { LoginProfile } = await iam.getLoginProfile({ UserName });
        return {
          keys: Object.fromEntries(keys.map(({ AccessKeyId, Status }) => [AccessKeyId, Status])),
          policies: Object.fromEntries(await Promise.all(policies)),
          password: LoginProfile?.PasswordResetRequired,
          byKey: await listing(new S3Client({ ...own, forcePathStyle: true })),
          bySession: await listing(new S3Client({ ...own, credentials: session, forcePathStyle: true })),
        };
      },
      remediated: {
        keys: { [`${on?.AccessKeyId}`]: "Inactive", [`${off?.AccessKeyId}`]: "Inactive" },
        policies: { Work: JSON.parse(allow("s3:ListAllMyBuckets")), BulwarkQuarantine: QUARANTINED },
        password: false,
        byKey: "refused",
        bySession: "refused",
      },
    };
  },
  steps: {
    "iam:DeleteUserPolicy": { forth: "done", back: "undo" },
    "iam:GetUser": { forth: "read", back: "done" },
    "iam:GetUserPolicy": { forth: "read", back: "read" },
    "iam:ListAccessKeys": { forth: "read", back: "read" },
    "iam:PutUserPolicy": { forth: "change", back: "done" },
    "iam:UpdateAccessKey": { forth: "change", back: "undo" },
  },
};

/** A user without keys that has a policy of the quarantine's name, which somebody has written otherwise. */
export const userOfBefore: Trial = {
  remediation,
  async arrange({ id: AwsAccountId, access }, suffix) {
    const iam = new IAM(access());
    const UserName = `before-${suffix}`;
    const PolicyName = "BulwarkQuarantine";
    await iam.createUser({ UserName });
    await iam.putUserPolicy({ UserName, PolicyName, PolicyDocument: allow("s3:Get*") });
    return {
      finding: {
        AwsAccountId,
        Resources: [{ Type: "AwsIamUser", Id: `arn:aws:iam::${AwsAccountId}:user/${UserName}` }],
      },
      see: async () => decodeURIComponent((await iam.getUserPolicy({ UserName, PolicyName })).PolicyDocument ?? ""),
      remediated: JSON.stringify(QUARANTINED),
    };
  },
  steps: {
    "iam:DeleteUserPolicy": { forth: "done", back: "done" },
    "iam:GetUser": { forth: "read", back: "done" },
    "iam:GetUserPolicy": { forth: "read", back: "read" },
    "iam:ListAccessKeys": { forth: "read", back: "read" },
    "iam:PutUserPolicy": { forth: "change", back: "undo" },
    "iam:UpdateAccessKey": { forth: "done", back: "done" },
  },
};
