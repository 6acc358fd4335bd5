import type { OrganizationSettings } from "../settings.ts";
import { deploymentRole } from "./deployment-role.ts";
import { managementRole } from "./management-role.ts";
import type { RoleDocuments } from "./policy-document.ts";
import { serviceRole } from "./service-role.ts";

/** A role and the account that it stands in. */
export interface PlacedRole {
  readonly accountId: string;
  readonly role: RoleDocuments;
}

/**
 * The roles that an administrator of the management account sets up once, in the order in which IAM takes them: the others name the
 * service's role in their trust policies, and IAM refuses a principal that does not exist.
 */
export function bootstrapRoles(settings: OrganizationSettings, organizationId: string): readonly PlacedRole[] {
  const { accounts } = settings;
  return [
    { accountId: accounts.security, role: serviceRole(settings, organizationId) },
    { accountId: accounts.security, role: deploymentRole(settings, "security") },
    { accountId: accounts.logArchive, role: deploymentRole(settings, "logArchive") },
    { accountId: accounts.management, role: managementRole(settings, organizationId) },
  ];
}

/** The deployment role of every member account; the service sets it up when it onboards one. */
export function memberDeploymentRole(settings: OrganizationSettings): RoleDocuments {
  return deploymentRole(settings, "member");
}

/** The deployment role of an account outside of the organization, which an administrator of that account sets up. */
export function outsideDeploymentRole(settings: OrganizationSettings): RoleDocuments {
  return deploymentRole(settings, "outside");
}
