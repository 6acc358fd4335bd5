import type { Provider } from "@pulumi/aws/provider.js";
import type { ComponentResource, Resource } from "@pulumi/pulumi";
import type { Adoption } from "../adoption.ts";
import { type LinkedService, SERVICE_LINKED_ROLES, serviceLinkedRoleArn } from "../baseline/linked-services.ts";
import type { AccountStack } from "../baseline/stack.ts";
import type { Declare } from "../declaration.ts";
import { FeatureSettings } from "../feature-settings.ts";
import { names } from "../names.ts";
import { type Partition, partitionOf } from "../partition.ts";
import { resourceTypes } from "../resource-types.ts";
import { PasswordPolicy } from "../settings.ts";
import type { Asked, AskedAccount } from "./arguments.ts";

/** The component that the resources belong to, in the team's program. */
export interface Owner {
  readonly name: string;
  readonly component: ComponentResource;
  readonly provider: Provider;
  /** What the team wants to be there before any of it. */
  readonly after: readonly Resource[];
}

/** What the features of the baseline get where they are parts of the component, and not of a stack of Bulwark's. */
export function componentStack(asked: Asked, owner: Owner): AccountStack {
  const { accountId, homeRegion, regions, features } = asked;
  const partition = partitionOf(homeRegion);
  const whole = asked.owns === "account" ? asked : undefined;
  return {
    inputs: {
      ...{ accountId, partition, homeRegion, regions },
      standards: whole?.standards ?? [],
      passwordPolicy: whole?.passwordPolicy ?? PasswordPolicy.parse({}),
      features: FeatureSettings.parse({
        // The audit pack asks about the organization; the other lists are what the team gave.
        config: { ...features.config, auditPack: { enabled: false } },
        ...(whole === undefined ? {} : ofAccount(whole)),
      }),
      adoptions: whole === undefined ? [] : left(whole, partition),
      admin: { configBucket: whole?.archive?.bucket ?? "", configKeyArn: whole?.archive?.keyArn ?? "" },
    },
    member: owner.provider,
    declare: declareIn(owner),
    called: {
      configRule: (name) => `${owner.name}-${name}`,
      hostManagementRole: `${owner.name}-host-management`,
      inventory: `${owner.name}-inventory`,
      patchScan: `${owner.name}-patch-scan`,
    },
  };
}

function ofAccount({ features }: AskedAccount) {
  const { account, guardDuty, inspector, securityHub, systemsManager } = features;
  const { disabledControls } = securityHub;
  return { account, guardDuty, inspector, securityHub: { disabledControls }, systemsManager };
}

/** Children of the component, under its name, and without tags by which Bulwark knows its own: the provider's default tags are the team's. */
function declareIn({ name: prefix, component: parent, after }: Owner): Declare {
  return (Type, { name, region, wanted }, options) => {
    const { tags: _, ...args } = wanted as { readonly tags?: unknown };
    const place = region === "global" ? {} : { region };
    const dependsOn = [...listed(options.dependsOn), ...after];
    // The compiler can't see that `wanted` and `region` make up the arguments again.
    return new Type(`${prefix}-${name}`, { ...args, ...place } as never, { ...options, parent, dependsOn });
  };
}

/** Features name what comes before as a list. */
function listed(dependsOn: unknown): readonly Resource[] {
  return Array.isArray(dependsOn) ? (dependsOn as Resource[]) : [];
}

/** The service-linked roles that are not made: they exist, or nothing here needs them. */
function left(asked: AskedAccount, partition: Partition): Adoption[] {
  const { existingRoles, archive, features } = asked;
  const needed: Readonly<Record<LinkedService, boolean>> = {
    "config.amazonaws.com": archive !== undefined,
    "config-conforms.amazonaws.com": false,
    "guardduty.amazonaws.com": features.guardDuty.enabled,
    "securityhub.amazonaws.com": features.securityHub.enabled,
  };
  return (Object.keys(SERVICE_LINKED_ROLES) as LinkedService[])
    .filter((service) => !needed[service] || existingRoles.includes(service))
    .map((service) => ({
      type: resourceTypes.serviceLinkedRole,
      name: names.serviceLinkedRole(service),
      region: "global",
      id: serviceLinkedRoleArn(partition, asked.accountId, service),
      before: { awsServiceName: service },
      decision: "leave",
      reason: needed[service] ? "the team says that it exists" : "nothing here needs it",
    }));
}
