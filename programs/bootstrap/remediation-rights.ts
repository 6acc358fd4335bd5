import { MANIFESTS } from "../../remediation/manifests.ts";
import { awsNames } from "../names.ts";
import { arn, type Partition } from "../partition.ts";
import type { OrganizationSettings } from "../settings.ts";
import { type ManagedPolicy, policyDocument, type Statement } from "./policy-document.ts";
import { ALERT_ROLE, ALERT_ROLE_RIGHTS } from "./service-actions.ts";

type Settings = Pick<OrganizationSettings, "partition" | "roles">;

/**
 * What the deployment role of a member needs for the roles of remediations: to make any of such a name, and to give it any policy, as long
 * as it is within the boundary. Without the boundary's condition it could give itself every right by a role that it makes.
 */
export function remediationRights({ partition }: { readonly partition: Partition }): readonly Statement[] {
  const Resource = [arn(partition, "iam", "", "*", `role/${awsNames.remediationRole("*")}`)];
  return [
    { Sid: "RemediationRoles", Effect: "Allow", Action: ALERT_ROLE, Resource },
    {
      Sid: "RemediationsWithin",
      Effect: "Allow",
      Action: ALERT_ROLE_RIGHTS,
      Resource,
      Condition: {
        // The account is the role's own: IAM lets nobody set a boundary of another.
        ArnLike: {
          "iam:PermissionsBoundary": arn(partition, "iam", "", "*", `policy/${awsNames.remediationBoundary}`),
        },
      },
    },
  ];
}

/** The most that any remediation can do in an account: what the manifests name, all together, and nothing to Bulwark's own roles. */
export function remediationBoundary({ partition, roles }: Settings): ManagedPolicy {
  const actions = MANIFESTS.flatMap(({ role }) => role.flatMap((statement) => statement.actions));
  return {
    policyName: awsNames.remediationBoundary,
    document: policyDocument(
      { Sid: "AtMost", Effect: "Allow", Action: [...new Set(actions)].sort(), Resource: ["*"] },
      {
        Sid: "NotBulwark",
        Effect: "Deny",
        NotAction: ["iam:Get*", "iam:List*"],
        Resource: ["role/Bulwark*", "policy/Bulwark*", ...ownNames(roles)].map((own) =>
          arn(partition, "iam", "", "*", own),
        ),
      },
    ),
  };
}

/** Names that the settings chose and that don't begin like the others. */
function ownNames(roles: OrganizationSettings["roles"]): string[] {
  const { deploymentBoundary, ...own } = roles;
  const policies = [
    deploymentBoundary,
    awsNames.rolePolicy(own.deployment, "*"),
    awsNames.rolePolicy(own.management, "*"),
  ];
  return [...Object.values(own).map((role) => `role/${role}`), ...policies.map((policy) => `policy/${policy}`)].filter(
    (name) => !/^\w+\/Bulwark/.test(name),
  );
}

/**
 * The most that the roles of the response's functions can do: become a remediation, somewhere; work with what is the response's own; read its
 * settings, the organization and secrets; and say of findings what became of them.
 */
export function responseBoundary({ partition }: { readonly partition: Partition }): ManagedPolicy {
  const own = (service: string, resource: string) => arn(partition, service, "*", "*", resource);
  return {
    policyName: awsNames.responseBoundary,
    document: policyDocument(
      {
        Sid: "AtMost",
        Effect: "Allow",
        Action: ["sts:AssumeRole", "sts:SetSourceIdentity"],
        Resource: [arn(partition, "iam", "", "*", `role/${awsNames.remediationRole("*")}`)],
      },
      {
        Sid: "OwnThings",
        Effect: "Allow",
        Action: [
          "dynamodb:*Item",
          "dynamodb:Query",
          "lambda:InvokeFunction",
          "logs:CreateLogStream",
          "logs:PutLogEvents",
          "sns:Publish",
          "sqs:*Message*",
          "sqs:GetQueueAttributes",
          "ssm:GetParameter*",
        ],
        Resource: [
          own("dynamodb", `table/${awsNames.incidents}*`),
          own("lambda", "function:bulwark-*"),
          own("logs", `log-group:${awsNames.functionLog("*")}`),
          own("sns", awsNames.incidents),
          own("sqs", "bulwark-*"),
          own("ssm", "parameter/bulwark/*"),
        ],
      },
      {
        // Secrets have their owners' names; a role's own policy names each.
        Sid: "Elsewhere",
        Effect: "Allow",
        Action: [
          "kms:Decrypt",
          "kms:GenerateDataKey",
          "organizations:ListAccounts",
          "organizations:ListParents",
          "secretsmanager:GetSecretValue",
          "securityhub:BatchUpdateFindings",
          "ssm:GetParameter",
        ],
        Resource: ["*"],
      },
    ),
  };
}
