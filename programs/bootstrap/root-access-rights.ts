import { arn } from "../partition.ts";
import { ROOT_TASKS, rootTaskPolicy } from "../root-credentials.ts";
import type { OrganizationSettings } from "../settings.ts";
import type { Statement } from "./policy-document.ts";
import { ROOT_ACCESS } from "./service-actions.ts";

/**
 * What the management role needs for central root access, where that is on. It opens a session of a member's root user only to look
 * for its credentials and to remove them, and only where that is asked for.
 */
export function rootAccessRights({ features, partition, accounts }: OrganizationSettings): readonly Statement[] {
  if (!features.rootAccess.enabled) return [];
  const switching: Statement = { Sid: "RootAccess", Effect: "Allow", Action: ROOT_ACCESS, Resource: ["*"] };
  if (!features.rootAccess.removeCredentials) return [switching];
  return [
    switching,
    {
      Sid: "RootCredentials",
      Effect: "Allow",
      Action: ["sts:AssumeRoot"],
      Resource: [arn(partition, "iam", "", "*", "root")],
      Condition: { ArnEquals: { "sts:TaskPolicyArn": ROOT_TASKS.map((task) => rootTaskPolicy(partition, task)) } },
    },
    {
      Sid: "NotItsOwnRoot",
      Effect: "Deny",
      Action: ["sts:AssumeRoot"],
      Resource: [arn(partition, "iam", "", accounts.management, "root")],
    },
  ];
}
