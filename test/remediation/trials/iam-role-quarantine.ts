import { IAM } from "@aws-sdk/client-iam";
import { S3Client } from "@aws-sdk/client-s3";
import { STS } from "@aws-sdk/client-sts";
import { iamRoleQuarantineRemediation as remediation } from "../../../remediation/iam-role-quarantine/remediation.ts";
import { listing } from "./listing.ts";
import type { Trial } from "./trial.ts";

const NOW = "2026-11-23T12:00:00.000Z";
const deny = { Effect: "Deny", Action: "*", Resource: "*" };
const policy = (...Statement: readonly object[]) => JSON.stringify({ Version: "2012-10-17", Statement });

/** A role whose credentials are used from outside, with a session from before. */
export const roleOfInstance: Trial = {
  remediation,
  facts: { now: new Date(NOW) },
  async arrange({ id: AwsAccountId, access }, suffix) {
    const { endpoint, region } = access();
    const iam = new IAM(access());
    const RoleName = `role-${suffix}`;
    const trusted = { Effect: "Allow", Principal: { AWS: AwsAccountId }, Action: "sts:AssumeRole" };
    const { Role } = await iam.createRole({ RoleName, AssumeRolePolicyDocument: policy(trusted) });
    const work = policy({ Effect: "Allow", Action: "s3:ListAllMyBuckets", Resource: "*" });
    await iam.putRolePolicy({ RoleName, PolicyName: "Work", PolicyDocument: work });
    const session = async () => {
      const { Credentials: given } = await new STS(access()).assumeRole({
        RoleArn: Role?.Arn,
        RoleSessionName: "trial",
      });
      return {
        accessKeyId: given?.AccessKeyId ?? "",
        secretAccessKey: given?.SecretAccessKey ?? "",
        sessionToken: given?.SessionToken ?? "",
      };
    };
    const old = await session();
    const may = (credentials: typeof old) =>
      listing(new S3Client({ endpoint, region, credentials, forcePathStyle: true }));
    return {
      finding: {
        AwsAccountId,
        Types: ["Effects/Data Exfiltration/UnauthorizedAccess:IAMUser-InstanceCredentialExfiltration.OutsideAWS"],
        Resources: [
          {
            Type: "AwsIamAccessKey",
            Id: `AWS::IAM::AccessKey:${old.accessKeyId.slice(0, 128)}`,
            Details: { AwsIamAccessKey: { PrincipalName: RoleName, PrincipalType: "AssumedRole" } },
          },
        ],
      },
      async see() {
        const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName });
        const policies = PolicyNames.map(async (PolicyName) => {
          const { PolicyDocument = "" } = await iam.getRolePolicy({ RoleName, PolicyName });
          return [PolicyName, decodeURIComponent(PolicyDocument)];
        });
        return {
          policies: Object.fromEntries(await Promise.all(policies)),
          byOldSession: await may(old),
          byNewSession: await may(await session()),
        };
      },
      remediated: {
        policies: {
          Work: work,
          BulwarkQuarantine: policy(
            { Sid: "OlderSessions", ...deny, Condition: { DateLessThan: { "aws:TokenIssueTime": NOW } } },
            { Sid: "Quarantine", ...deny },
          ),
        },
        byOldSession: "refused",
        byNewSession: "refused",
      },
    };
  },
  steps: {
    "iam:DeleteRolePolicy": { forth: "done", back: "undo" },
    "iam:GetRole": { forth: "read", back: "read" },
    "iam:GetRolePolicy": { forth: "read", back: "read" },
    "iam:PutRolePolicy": { forth: "change", back: "done" },
  },
};
