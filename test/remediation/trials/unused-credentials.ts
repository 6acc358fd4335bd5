import { IAM } from "@aws-sdk/client-iam";
import { unusedCredentialsRemediation as remediation } from "../../../remediation/unused-credentials/remediation.ts";
import type { Trial } from "./trial.ts";

const HUNDRED_DAYS_MS = 100 * 86_400_000;

/** An administrator whose two keys nobody has used since they were made, beside another administrator. */
export const administratorsKeys: Trial = {
  remediation,
  async arrange({ id: AwsAccountId, access }, suffix) {
    const iam = new IAM(access());
    const names = [`unused-${suffix}`, `other-${suffix}`];
    const full = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
    });
    const made = `${new Date(Date.now() - HUNDRED_DAYS_MS).toISOString().slice(0, 19)}Z`;
    for (const UserName of names) {
      await iam.createUser({ UserName, Tags: [{ Key: "sandbox:keys-created", Value: made }] });
      await iam.putUserPolicy({ UserName, PolicyName: "Everything", PolicyDocument: full });
    }
    const [UserName, other] = names;
    await iam.createAccessKey({ UserName: other });
    const keys = [await iam.createAccessKey({ UserName }), await iam.createAccessKey({ UserName })];
    const ids = keys.map(({ AccessKey }) => AccessKey?.AccessKeyId ?? "");
    return {
      finding: {
        AwsAccountId,
        Compliance: { SecurityControlId: "IAM.22" },
        Resources: [{ Type: "AwsIamUser", Id: `arn:aws:iam::${AwsAccountId}:user/${UserName}` }],
      },
      async see() {
        const { AccessKeyMetadata = [] } = await iam.listAccessKeys({ UserName });
        return Object.fromEntries(AccessKeyMetadata.map(({ AccessKeyId, Status }) => [AccessKeyId, Status]));
      },
      remediated: Object.fromEntries(ids.map((id) => [id, "Inactive"])),
    };
  },
  steps: {
    "iam:GetAccessKeyLastUsed": { forth: "read", back: "done" },
    "iam:GetAccountAuthorizationDetails": { forth: "read", back: "done" },
    "iam:GetLoginProfile": { forth: "read", back: "done" },
    "iam:GetUser": { forth: "read", back: "done" },
    "iam:ListAccessKeys": { forth: "read", back: "read" },
    "iam:UpdateAccessKey": { forth: "change", back: "undo" },
  },
};
