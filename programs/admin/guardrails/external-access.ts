import { type PolicyDocument, policyDocument } from "../../bootstrap/policy-document.ts";
import { arn, type Partition } from "../../partition.ts";
import type { GuardrailInputs } from "./principals.ts";

/**
 * Services whose resources are closed. Of those that resource control policies support (AWS Organizations User Guide, "List of AWS services
 * that support RCPs") Cognito is left out, whose callers are an application's users and of no account, and CloudWatch Logs. Of STS
 * only AssumeRole: web and SAML identities are of no organization either, and `sts:*` would lock them out.
 */
function closedActions(partition: Partition): readonly string[] {
  const everywhere = ["kms:*", "s3:*", "secretsmanager:*", "sqs:*", "sts:AssumeRole"];
  return partition === "aws" ? ["aoss:*", "ecr:*", ...everywhere] : everywhere;
}

/**
 * The resource control policy that keeps principals of other organizations, and callers without any, from the accounts' resources,
 * whatever the resources' own policies say. What may come: principals of the organization (Bulwark's and those of emergencies among
 * them), partners, and AWS's services: most call as themselves, some of old by an account of AWS's, and CloudFront by a user of its own account. No role is let in by its name: anybody can call a role of their own account so.
 */
export function externalAccessPolicy({ partition, organizationId, features }: GuardrailInputs): PolicyDocument {
  const { partnerAccounts, awsAccounts, originAccessIdentities } = features.guardrails.externalAccess;
  const accounts = [...new Set([...partnerAccounts, ...awsAccounts])];
  // Amazon CloudFront Developer Guide, "Restrict access to an Amazon S3 origin"; the account of these users is a word.
  const identities = originAccessIdentities.map((id) =>
    arn(partition, "iam", "", "cloudfront", `user/CloudFront Origin Access Identity ${id}`),
  );
  return policyDocument({
    Sid: "OrganizationOnly",
    Effect: "Deny",
    Principal: "*",
    Action: closedActions(partition),
    Resource: ["*"],
    Condition: {
      StringNotEqualsIfExists: {
        "aws:PrincipalOrgID": organizationId,
        ...(accounts.length === 0 ? {} : { "aws:PrincipalAccount": accounts }),
      },
      ...(identities.length === 0 ? {} : { ArnNotEqualsIfExists: { "aws:PrincipalArn": identities } }),
      BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
    },
  });
}
