import { serviceLinkedRoleArn } from "../baseline/linked-services.ts";
import { recordsCoreAccounts } from "../core-accounts.ts";
import { roleArn } from "../partition.ts";
import type { OrganizationSettings } from "../settings.ts";
import type { Statement } from "./policy-document.ts";
import { RECORDER } from "./service-actions.ts";

type Settings = Pick<OrganizationSettings, "partition" | "regions" | "accounts" | "features">;

/**
 * What a role needs to record the management account or the log archive. Deleting a recorder or a channel deletes nothing that was recorded
 * or delivered (AWS Config API, DeleteConfigurationRecorder), so in the log archive, too, it is no way to lose evidence.
 */
export function recorderRights(settings: Settings, account: "management" | "logArchive"): readonly Statement[] {
  if (!recordsCoreAccounts(settings.features)) return [];
  const Resource = [recorderRole(settings, account)];
  return [
    {
      Sid: "Recorder",
      Effect: "Allow",
      Action: RECORDER,
      Resource: ["*"],
      Condition: { StringEquals: { "aws:RequestedRegion": settings.regions } },
    },
    {
      Sid: "RecorderRole",
      Effect: "Allow",
      Action: ["iam:CreateServiceLinkedRole", "iam:GetRole"],
      // A role that does not exist yet is asked for by its name alone: its path is not known.
      Resource: [...Resource, roleArn(settings.partition, settings.accounts[account], "AWSServiceRoleForConfig")],
    },
    {
      Sid: "PassRecorderRole",
      Effect: "Allow",
      Action: ["iam:PassRole"],
      Resource,
      Condition: { StringEquals: { "iam:PassedToService": "config.amazonaws.com" } },
    },
  ];
}

/** The service-linked role of a core account's recorder. */
export function recorderRole({ partition, accounts }: Settings, account: keyof Settings["accounts"]): string {
  return serviceLinkedRoleArn(partition, accounts[account], "config.amazonaws.com");
}
