import type { Manifest } from "../remediation/manifest.ts";
import { type PolicyDocument, policyDocument, type Statement } from "./bootstrap/policy-document.ts";
import type { BaselineInputs } from "./inputs.ts";
import { awsNames } from "./names.ts";
import { arn, roleArn } from "./partition.ts";

type Place = Pick<BaselineInputs, "partition" | "regions" | "accounts" | "organizationId"> & {
  /** The member account that the role stands in. */
  readonly accountId: string;
};

/**
 * Who may become a remediation's role: the responding role of the security account, as a principal of the organization. It is named in a
 * condition, because IAM refuses a principal that does not exist yet, and would no longer trust one that was made anew (IAM User
 * Guide, "AWS JSON policy elements: Principal"). `aws:PrincipalArn` of a session is its role's ARN.
 *
 * @param hasRunbook whether the remediation has documents of Systems Manager, which work as the role too
 */
export function remediationTrust(place: Place, hasRunbook = false): PolicyDocument {
  const { partition, accounts, organizationId } = place;
  const response: Statement = {
    Sid: "Response",
    Effect: "Allow",
    Principal: { AWS: arn(partition, "iam", "", accounts.security, "root") },
    Action: ["sts:AssumeRole", "sts:SetSourceIdentity"],
    Condition: {
      ArnEquals: { "aws:PrincipalArn": roleArn(partition, accounts.security, awsNames.responseRole) },
      StringEquals: { "aws:PrincipalOrgID": organizationId },
    },
  };
  return policyDocument(response, ...(hasRunbook ? [runbookTrust(place)] : []));
}

/**
 * Systems Manager, for a runbook of the role's own account (User Guide, "Create a service role for Automation", confused deputy). Who starts one
 * must be allowed to pass the role.
 */
function runbookTrust({ partition, accountId }: Place): Statement {
  return {
    Sid: "Runbook",
    Effect: "Allow",
    Principal: { Service: "ssm.amazonaws.com" },
    Action: ["sts:AssumeRole"],
    Condition: {
      ArnLike: { "aws:SourceArn": arn(partition, "ssm", "*", accountId, "automation-execution/*") },
      StringEquals: { "aws:SourceAccount": accountId },
    },
  };
}

/** What a remediation's role may do in a member account: what its manifest says, and nothing that anybody set. */
export function remediationPolicy({ role, scope }: Manifest, place: Place): PolicyDocument {
  const filled = (text: string) =>
    text.replaceAll("{partition}", place.partition).replaceAll("{account}", place.accountId);
  return policyDocument(
    ...role.map(({ sid, actions, resources, conditions = {} }): Statement => {
      const Condition: Record<string, Record<string, readonly string[]>> = {};
      for (const [operator, keys] of Object.entries(conditions)) {
        Condition[operator] = Object.fromEntries(
          Object.entries(keys).map(([key, values]) => [key, values.map(filled)]),
        );
      }
      if (scope === "regional") {
        Condition.StringEquals = { ...Condition.StringEquals, "aws:RequestedRegion": place.regions };
      }
      const narrowed = Object.keys(Condition).length === 0 ? {} : { Condition };
      return { Sid: sid, Effect: "Allow", Action: actions, Resource: resources.map(filled), ...narrowed };
    }),
  );
}
