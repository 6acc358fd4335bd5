import { OrganizationsFeatures } from "@pulumi/aws/iam/organizationsFeatures.js";
import { AwsServiceAccess } from "@pulumi/aws/organizations/awsServiceAccess.js";
import { names } from "../names.ts";
import { ROOT_ACCESS_SERVICE } from "./optional-services.ts";
import type { AdminStack } from "./stack.ts";

/** Manages the root users of member accounts centrally (AWS IAM User Guide, "Centrally manage root access for member accounts"). */
export function rootAccess({ inputs, management, declare }: AdminStack): void {
  const { enabled, sessions } = inputs.features.rootAccess;
  if (!enabled) return;
  const trusted = declare(
    AwsServiceAccess,
    {
      name: names.trustedAccess(ROOT_ACCESS_SERVICE),
      region: "global",
      wanted: { servicePrincipal: ROOT_ACCESS_SERVICE },
    },
    { provider: management },
  );
  declare(
    OrganizationsFeatures,
    {
      name: names.rootAccess,
      region: "global",
      wanted: { enabledFeatures: ["RootCredentialsManagement", ...(sessions ? ["RootSessions"] : [])] },
    },
    { provider: management, dependsOn: [trusted] },
  );
}
