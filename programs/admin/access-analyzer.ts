import { Analyzer } from "@pulumi/aws/accessanalyzer/analyzer.js";
import { DelegatedAdministrator } from "@pulumi/aws/organizations/delegatedAdministrator.js";
import { awsNames, names, TAGS } from "../names.ts";
import type { AdminStack } from "./stack.ts";
import type { TrustedAccess } from "./trusted-access.ts";
import { ANALYZER_SERVICE } from "./trusted-services.ts";

/** Makes the security account the administrator of IAM Access Analyzer; for all regions at once. */
export function analyzerDelegation(stack: AdminStack, trusted: TrustedAccess): DelegatedAdministrator {
  const { inputs, management, declare } = stack;
  return declare(
    DelegatedAdministrator,
    {
      name: names.delegatedAdministrator(ANALYZER_SERVICE),
      region: "global",
      wanted: { accountId: inputs.accounts.security, servicePrincipal: ANALYZER_SERVICE },
    },
    { provider: management, dependsOn: [trusted[ANALYZER_SERVICE]] },
  );
}

/** Finds what the organization's resources of a region grant to anyone outside of it. */
export function organizationAnalyzer(stack: AdminStack, region: string, delegation: DelegatedAdministrator): Analyzer {
  const { security, declare } = stack;
  return declare(
    Analyzer,
    {
      name: names.organizationAnalyzer(region),
      region,
      wanted: { analyzerName: awsNames.organizationAnalyzer, type: "ORGANIZATION", tags: TAGS },
      keep: ["analyzerName", "tags"],
    },
    { provider: security, dependsOn: [delegation] },
  );
}
