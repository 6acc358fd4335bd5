import { ServiceLinkedRole } from "@pulumi/aws/iam/serviceLinkedRole.js";
import { isLeft } from "../declaration.ts";
import { names } from "../names.ts";
import { type LinkedService, SERVICE_LINKED_ROLES } from "./linked-services.ts";
import type { AccountStack } from "./stack.ts";

/** The roles that Bulwark makes; those that existed are left alone and missing here. */
export type ServiceLinkedRoles = Readonly<Partial<Record<LinkedService, ServiceLinkedRole>>>;

/**
 * Roles by which AWS Config, its conformance packs, GuardDuty and Security Hub act in the account. The services make them by
 * themselves when they are switched on; made here, they are there before. They outlive the stack; see `serviceLinkedRolesToRemove`.
 */
export function serviceLinkedRoles({ inputs, member, declare }: AccountStack): ServiceLinkedRoles {
  const made: Partial<Record<LinkedService, ServiceLinkedRole>> = {};
  for (const service of Object.keys(SERVICE_LINKED_ROLES) as LinkedService[]) {
    const name = names.serviceLinkedRole(service);
    if (service === "config-conforms.amazonaws.com" && !hasPacks(inputs)) continue;
    if (isLeft(inputs.adoptions, name)) continue;
    made[service] = declare(
      ServiceLinkedRole,
      { name, region: "global", wanted: { awsServiceName: service } },
      { provider: member, retainOnDelete: true },
    );
  }
  return made;
}

function hasPacks({ features }: AccountStack["inputs"]): boolean {
  return features.config.enabled && features.config.auditPack.enabled;
}
