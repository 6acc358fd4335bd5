import { IAM } from "@aws-sdk/client-iam";
import { accessKeyDeactivationRemediation as remediation } from "../../../remediation/access-key-deactivation/remediation.ts";
import type { Trial } from "./trial.ts";

/** One of a user's two keys has been seen at a malicious address. */
export const accessKey: Trial = {
  remediation,
  async arrange({ id: AwsAccountId, access }, suffix) {
    const iam = new IAM(access());
    const UserName = `key-${suffix}`;
    await iam.createUser({ UserName, Path: "/people/" });
    const made = [await iam.createAccessKey({ UserName }), await iam.createAccessKey({ UserName })];
    const [stolen, other] = made.map(({ AccessKey }) => AccessKey?.AccessKeyId ?? "");
    return {
      finding: {
        AwsAccountId,
        Types: ["TTPs/UnauthorizedAccess:IAMUser-MaliciousIPCaller"],
        Resources: [
          {
            Type: "AwsIamAccessKey",
            Id: `AWS::IAM::AccessKey:${stolen}`,
            Details: { AwsIamAccessKey: { PrincipalId: "AIDA", PrincipalName: UserName, PrincipalType: "IAMUser" } },
          },
        ],
      },
      async see() {
        const { AccessKeyMetadata: keys = [] } = await iam.listAccessKeys({ UserName });
        return Object.fromEntries(keys.map(({ AccessKeyId, Status }) => [AccessKeyId, Status]));
      },
      remediated: { [`${stolen}`]: "Inactive", [`${other}`]: "Active" },
    };
  },
  steps: {
    "iam:GetUser": { forth: "read", back: "done" },
    "iam:ListAccessKeys": { forth: "read", back: "read" },
    "iam:UpdateAccessKey": { forth: "change", back: "undo" },
  },
};
