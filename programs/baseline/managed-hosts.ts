import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import { Association, type AssociationArgs } from "@pulumi/aws/ssm/association.js";
import { ServiceSetting } from "@pulumi/aws/ssm/serviceSetting.js";
import { isLeft } from "../declaration.ts";
import { awsNames, names, TAGS } from "../names.ts";
import { arn } from "../partition.ts";
import { HOST_POLICY, hostManagementSetting } from "./host-management.ts";
import type { AccountStack } from "./stack.ts";

/** The account's EC2 instances are managed by Systems Manager, which gathers what is on them and which patches they lack. */
export function managedHosts(stack: AccountStack): void {
  const { inputs, called = awsNames } = stack;
  const { hostManagement, inventory, patchScan } = inputs.features.systemsManager;
  if (hostManagement.enabled) manageHosts(stack);
  for (const region of inputs.regions) {
    if (inventory.enabled && !isLeft(inputs.adoptions, names.inventory(region))) {
      associate(stack, region, names.inventory(region), {
        name: "AWS-GatherSoftwareInventory",
        associationName: called.inventory,
        scheduleExpression: everyHours(inventory.everyHours),
      });
    }
    if (patchScan.enabled) {
      associate(stack, region, names.patchScan(region), {
        name: "AWS-RunPatchBaseline",
        associationName: called.patchScan,
        scheduleExpression: everyHours(patchScan.everyHours),
        parameters: { Operation: "Scan" },
        // A scan asks the repositories of the operating system: not all hosts at once, but all of them, whatever fails.
        maxConcurrency: "10%",
        maxErrors: "100%",
      });
    }
  }
}

/**
 * One role for the account, and the setting that names it in every region. Where host management is on already it stays as it is: its
 * hosts may need what its role can do.
 */
function manageHosts({ inputs, member, declare, called = awsNames }: AccountStack): void {
  const { partition, accountId, adoptions } = inputs;
  const regions = inputs.regions.filter((region) => !isLeft(adoptions, names.hostManagement(region)));
  if (regions.length === 0) return;
  const role = declare(
    Role,
    {
      name: names.hostManagementRole,
      region: "global",
      wanted: {
        name: called.hostManagementRole,
        description: "Default host management of Systems Manager. Managed by Bulwark.",
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal: { Service: "ssm.amazonaws.com" }, Action: "sts:AssumeRole" }],
        }),
        tags: TAGS,
      },
    },
    { provider: member },
  );
  const policy = declare(
    RolePolicyAttachment,
    {
      name: names.hostManagementPolicy,
      region: "global",
      wanted: { role: called.hostManagementRole, policyArn: arn(partition, "iam", "", "aws", HOST_POLICY) },
    },
    { provider: member, dependsOn: [role] },
  );
  for (const region of regions) {
    declare(
      ServiceSetting,
      {
        name: names.hostManagement(region),
        region,
        wanted: {
          settingId: hostManagementSetting(partition, region, accountId),
          settingValue: called.hostManagementRole,
        },
      },
      { provider: member, dependsOn: [role, policy] },
    );
  }
}

function associate(
  { member, declare }: AccountStack,
  region: string,
  name: string,
  wanted: Omit<AssociationArgs, "region">,
): void {
  const everyHost = [{ key: "InstanceIds", values: ["*"] }];
  declare(Association, { name, region, wanted: { ...wanted, targets: everyHost, tags: TAGS } }, { provider: member });
}

/** AWS wants the singular for one hour. */
function everyHours(hours: number): string {
  return hours === 1 ? "rate(1 hour)" : `rate(${hours} hours)`;
}
