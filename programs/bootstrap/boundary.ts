import { awsNames } from "../names.ts";
import { arn } from "../partition.ts";
import type { OrganizationSettings } from "../settings.ts";
import { type PolicyDocument, policyDocument, type Statement } from "./policy-document.ts";
import { EVIDENCE_LOSS, KEY_LOSS } from "./service-actions.ts";

/** Services that exist to be configured by Bulwark: the boundary leaves them to the role's own policy. */
const SECURITY_SERVICES = new Set(["access-analyzer", "config", "guardduty", "inspector2", "securityhub"]);

/**
 * The most that a deployment role can ever do, whatever is attached to it later: the services of its `rights`, elsewhere only
 * the actions that they name; never a change of Bulwark's own roles, never a loss of evidence.
 */
export function deploymentBoundary(
  { partition, roles }: Pick<OrganizationSettings, "partition" | "roles">,
  rights: readonly Statement[],
): PolicyDocument {
  const own = [roles.service, roles.management, roles.deployment, roles.bootstrap];
  return policyDocument(
    { Sid: "AtMost", Effect: "Allow", Action: widened(rights), Resource: ["*"] },
    {
      Sid: "NotItself",
      Effect: "Deny",
      NotAction: ["iam:Get*", "iam:List*"],
      Resource: [
        ...own.map((role) => arn(partition, "iam", "", "*", `role/${role}`)),
        ...[
          roles.deploymentBoundary,
          awsNames.rolePolicy(roles.deployment, "*"),
          awsNames.remediationBoundary,
          awsNames.responseBoundary,
        ].map((policy) => arn(partition, "iam", "", "*", `policy/${policy}`)),
      ],
    },
    {
      Sid: "NoLossOfEvidence",
      Effect: "Deny",
      Action: EVIDENCE_LOSS,
      Resource: [arn(partition, "s3", "", "", "bulwark-*")],
    },
    {
      Sid: "NoLossOfKeys",
      Effect: "Deny",
      Action: KEY_LOSS,
      Resource: ["*"],
      ...exceptKeysThatGo(rights),
    },
  );
}

/** Keys of alerts, which encrypt no evidence and go with them, by the tag that the rights name. Where evidence is, there are none. */
function exceptKeysThatGo(rights: readonly Statement[]): Pick<Statement, "Condition"> {
  const named = rights.find(({ Action }) => Action?.includes("kms:ScheduleKeyDeletion"))?.Condition?.StringLike;
  return named === undefined ? {} : { Condition: { StringNotLike: named } };
}

function widened(rights: readonly Statement[]): readonly string[] {
  const actions = rights.flatMap(({ Action }) => Action ?? []);
  const services = actions.map((action) => action.slice(0, action.indexOf(":")));
  return [
    ...new Set(
      actions.map((action, index) => (SECURITY_SERVICES.has(services[index] ?? "") ? `${services[index]}:*` : action)),
    ),
  ].sort();
}
