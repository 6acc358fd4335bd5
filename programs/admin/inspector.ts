import { DelegatedAdminAccount } from "@pulumi/aws/inspector2/delegatedAdminAccount.js";
import { Enabler } from "@pulumi/aws/inspector2/enabler.js";
import { OrganizationConfiguration } from "@pulumi/aws/inspector2/organizationConfiguration.js";
import type { Provider } from "@pulumi/aws/provider.js";
import { scansOf } from "../inspector-adoption.ts";
import { isInspected } from "../inspector-settings.ts";
import { names } from "../names.ts";
import { cisScans } from "./cis-scans.ts";
import type { AdminStack } from "./stack.ts";
import { trust } from "./trusted-access.ts";

/**
 * Inspector in every region where it is wanted: on in the management and the security account, then delegated by the management
 * account, then the organization's configuration. The baselines own the scans of members and add them.
 *
 * The regions are delegated one after another: each call registers the account with AWS Organizations too, which takes one at a time.
 *
 * @returns the regions in which it is delegated
 */
export function inspector(stack: AdminStack): string[] {
  const { inputs, management, security, declare } = stack;
  const settings = inputs.features.inspector;
  const regions = inputs.regions.filter((region) => isInspected(settings, region));
  if (regions.length === 0) return regions;
  const trusted = trust(stack, "inspector2.amazonaws.com");
  const scans = (name: string, region: string, accountId: string, provider: Provider): Enabler =>
    declare(
      Enabler,
      {
        name,
        region,
        wanted: {
          accountIds: [accountId],
          resourceTypes: scansOf(inputs.adoptions, name, settings.resourceTypes),
        },
      },
      { provider },
    );

  let before: DelegatedAdminAccount | undefined;
  for (const region of regions) {
    const enabled = [
      scans(names.inspectorManagementScans(region), region, inputs.accounts.management, management),
      scans(names.inspectorSecurityScans(region), region, inputs.accounts.security, security),
    ];
    const administrator: DelegatedAdminAccount = declare(
      DelegatedAdminAccount,
      { name: names.inspectorAdministrator(region), region, wanted: { accountId: inputs.accounts.security } },
      { provider: management, dependsOn: [...enabled, trusted, ...(before === undefined ? [] : [before])] },
    );
    const auto = (type: (typeof settings.autoEnable)[number]) => settings.autoEnable.includes(type);
    declare(
      OrganizationConfiguration,
      {
        name: names.inspectorOrganization(region),
        region,
        wanted: {
          autoEnable: {
            ec2: auto("EC2"),
            ecr: auto("ECR"),
            lambda: auto("LAMBDA"),
            lambdaCode: auto("LAMBDA_CODE"),
            codeRepository: auto("CODE_REPOSITORY"),
          },
        },
      },
      { provider: security, dependsOn: [administrator] },
    );
    cisScans(stack, region, administrator);
    before = administrator;
  }
  return regions;
}
