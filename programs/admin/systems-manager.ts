import { AwsServiceAccess } from "@pulumi/aws/organizations/awsServiceAccess.js";
import { DelegatedAdministrator } from "@pulumi/aws/organizations/delegatedAdministrator.js";
import { names } from "../names.ts";
import { SYSTEMS_MANAGER_SERVICE } from "./optional-services.ts";
import type { AdminStack } from "./stack.ts";

/** Makes the security account the administrator of Systems Manager, where the settings ask for it. */
export function systemsManagerDelegation({ inputs, management, declare }: AdminStack): void {
  if (!inputs.features.delegation.systemsManager.enabled) return;
  const servicePrincipal = SYSTEMS_MANAGER_SERVICE;
  const trusted = declare(
    AwsServiceAccess,
    { name: names.trustedAccess(servicePrincipal), region: "global", wanted: { servicePrincipal } },
    { provider: management },
  );
  declare(
    DelegatedAdministrator,
    {
      name: names.delegatedAdministrator(servicePrincipal),
      region: "global",
      wanted: { accountId: inputs.accounts.security, servicePrincipal },
    },
    { provider: management, dependsOn: [trusted] },
  );
}
