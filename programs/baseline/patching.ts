import { DefaultPatchBaseline } from "@pulumi/aws/ssm/defaultPatchBaseline.js";
import { MaintenanceWindow } from "@pulumi/aws/ssm/maintenanceWindow.js";
import { MaintenanceWindowTarget } from "@pulumi/aws/ssm/maintenanceWindowTarget.js";
import { MaintenanceWindowTask } from "@pulumi/aws/ssm/maintenanceWindowTask.js";
import { PatchBaseline } from "@pulumi/aws/ssm/patchBaseline.js";
import { PatchGroup } from "@pulumi/aws/ssm/patchGroup.js";
import type { Resource } from "@pulumi/pulumi";
import { isLeft } from "../declaration.ts";
import { awsNames, names } from "../names.ts";
import { roleArn } from "../partition.ts";
import { approvalDays, hasWindow, type PatchBaselineSettings, type PatchWindow } from "../patching-settings.ts";
import { identifyingTags } from "../recovery/tag.ts";
import { patchingRole } from "./patching-role.ts";
import type { BaselineStack } from "./stack.ts";

/** Which patches the account's hosts should have, and when they are installed. */
export function patching(stack: BaselineStack): void {
  const { enabled, baselines, windows } = stack.inputs.features.systemsManager.patching;
  if (!enabled) return;
  const { regions } = stack.inputs;
  for (const region of regions) for (const baseline of baselines) patchBaseline(stack, region, baseline);
  const own = windows.filter((window) => hasWindow(window, stack.inputs));
  if (own.length === 0) return;
  const role = patchingRole(stack);
  for (const region of regions) for (const window of own) patchWindow(stack, region, window, role);
}

function patchBaseline(
  { inputs, member, declare }: BaselineStack,
  region: string,
  { name, operatingSystem, rules, rejectedPatches, default: isDefault, patchGroups }: PatchBaselineSettings,
): void {
  const resource = names.patchBaseline(name, region);
  const baseline = declare(
    PatchBaseline,
    {
      name: resource,
      region,
      wanted: {
        name: awsNames.patchBaseline(name),
        description: "Which patches hosts should have. Managed by Bulwark.",
        operatingSystem,
        approvalRules: rules.map((rule) => ({
          approveAfterDays: approvalDays(operatingSystem, rule),
          complianceLevel: rule.complianceLevel,
          enableNonSecurity: rule.enableNonSecurity,
          patchFilters: Object.entries(rule.filters).map(([key, values]) => ({ key, values })),
        })),
        rejectedPatches,
        tags: identifyingTags(`account-${inputs.accountId}`, resource),
      },
    },
    { provider: member },
  );
  const registration = names.defaultPatchBaseline(operatingSystem, region);
  if (isDefault && !isLeft(inputs.adoptions, registration)) {
    declare(
      DefaultPatchBaseline,
      { name: registration, region, wanted: { baselineId: baseline.id, operatingSystem } },
      // Deleting restores AWS's own default, so the old one must have gone before the new one comes.
      { provider: member, deleteBeforeReplace: true },
    );
  }
  for (const patchGroup of patchGroups) {
    declare(
      PatchGroup,
      { name: names.patchGroup(name, patchGroup, region), region, wanted: { baselineId: baseline.id, patchGroup } },
      // A group has one baseline for an operating system.
      { provider: member, deleteBeforeReplace: true },
    );
  }
}

function patchWindow(
  { inputs, member, declare }: BaselineStack,
  region: string,
  { name, schedule, timezone, hours, cutoffHours, tag, maxConcurrency, maxErrors, reboot }: PatchWindow,
  role: readonly Resource[],
): void {
  const label = awsNames.patchWindow(name);
  const resource = names.patchWindow(name, region);
  const window = declare(
    MaintenanceWindow,
    {
      name: resource,
      region,
      wanted: {
        name: label,
        description: "Installs approved patches. Managed by Bulwark.",
        schedule,
        scheduleTimezone: timezone,
        duration: hours,
        cutoff: cutoffHours,
        tags: identifyingTags(`account-${inputs.accountId}`, resource),
      },
    },
    { provider: member },
  );
  const hosts = declare(
    MaintenanceWindowTarget,
    {
      name: names.patchWindowHosts(name, region),
      region,
      wanted: {
        windowId: window.id,
        name: label,
        resourceType: "INSTANCE",
        targets: [{ key: `tag:${tag.key}`, values: tag.values.length === 0 ? [name] : tag.values }],
      },
    },
    { provider: member },
  );
  const parameter = (parameterName: string, value: string) => ({ name: parameterName, values: [value] });
  declare(
    MaintenanceWindowTask,
    {
      name: names.patchWindowTask(name, region),
      region,
      wanted: {
        windowId: window.id,
        name: label,
        taskType: "RUN_COMMAND",
        taskArn: "AWS-RunPatchBaseline",
        targets: [{ key: "WindowTargetIds", values: [hosts.id] }],
        serviceRoleArn: roleArn(inputs.partition, inputs.accountId, awsNames.patchingRole),
        priority: 1,
        maxConcurrency,
        maxErrors,
        // A host that has begun is let finish: half a set of patches is worse than a late end.
        cutoffBehavior: "CONTINUE_TASK",
        taskInvocationParameters: {
          runCommandParameters: {
            comment: "Patches of the host's baseline",
            parameters: [parameter("Operation", "Install"), parameter("RebootOption", reboot)],
            timeoutSeconds: 600,
          },
        },
      },
    },
    { provider: member, dependsOn: [...role] },
  );
}
