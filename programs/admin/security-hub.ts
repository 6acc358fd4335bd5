import { Account as Hub } from "@pulumi/aws/securityhub/account.js";
import { FindingAggregator } from "@pulumi/aws/securityhub/findingAggregator.js";
import { OrganizationAdminAccount } from "@pulumi/aws/securityhub/organizationAdminAccount.js";
import { OrganizationConfiguration } from "@pulumi/aws/securityhub/organizationConfiguration.js";
import { StandardsSubscription } from "@pulumi/aws/securityhub/standardsSubscription.js";
import { controlChoices, declareControls, productChoices } from "../hub-choices.ts";
import { names } from "../names.ts";
import { STANDARD_TIMEOUTS, standardArn } from "../standards.ts";
import { onChoices } from "../standing-controls.ts";
import type { AdminStack } from "./stack.ts";
import type { TrustedAccess } from "./trusted-access.ts";

/** Security Hub of the security account in one region. */
export interface HubAdministration {
  readonly hub: Hub;
  readonly standards: readonly StandardsSubscription[];
  readonly administrator: OrganizationAdminAccount;
  /** Undefined in the home region of central mode, where the configuration needs the aggregation first. */
  readonly organization?: OrganizationConfiguration;
}

/**
 * Security Hub CSPM in one region: the hub of the security account, then its delegation by the management account, then the organization's
 * configuration: local, with nothing enabled by itself, because the baselines own hubs and standards of members; or, in the home region of
 * central mode, what `centralConfiguration` makes of it.
 *
 * `before` are the regions done already: delegating in two at once ends in ResourceConflictException, because each
 * of the calls registers the account with AWS Organizations too (hashicorp/terraform-provider-aws#17996).
 */
export function securityHub(
  stack: AdminStack,
  region: string,
  trusted: TrustedAccess,
  before: readonly HubAdministration[],
): HubAdministration {
  const { inputs, management, security, declare } = stack;
  const hub = declare(
    Hub,
    {
      name: names.hub(region),
      region,
      wanted: {
        enableDefaultStandards: false,
        autoEnableControls: true,
        // One finding per control, however many standards ask for it; members take the value over.
        controlFindingGenerator: "SECURITY_CONTROL",
      },
    },
    {
      provider: security,
      // Sent when the hub is made and never returned; a difference would replace the hub and lose its findings.
      ignoreChanges: ["enableDefaultStandards"],
    },
  );
  const standards = inputs.standards.map((standard) =>
    declare(
      StandardsSubscription,
      {
        name: names.standard(standard, region),
        region,
        wanted: { standardsArn: standardArn(inputs.partition, region, standard) },
      },
      { provider: security, dependsOn: [hub], customTimeouts: STANDARD_TIMEOUTS },
    ),
  );
  const owner = { inputs, declare, provider: security };
  controlChoices(owner, region, { standards });
  declareControls(owner, region, { standards }, onChoices(inputs, region));
  productChoices(owner, region, { hub }, inputs.features.securityHub.productSubscriptions.security);
  const administrator = declare(
    OrganizationAdminAccount,
    { name: names.hubAdministrator(region), region, wanted: { adminAccountId: inputs.accounts.security } },
    {
      provider: management,
      dependsOn: [hub, trusted["securityhub.amazonaws.com"], ...before.slice(-1).map((done) => done.administrator)],
    },
  );
  if (inputs.features.securityHub.mode === "central" && region === inputs.homeRegion) {
    return { hub, standards, administrator };
  }
  const organization = declare(
    OrganizationConfiguration,
    {
      name: names.hubOrganization(region),
      region,
      wanted: {
        autoEnable: false,
        autoEnableStandards: "NONE",
        organizationConfiguration: { configurationType: "LOCAL" },
      },
    },
    {
      provider: security,
      dependsOn: [administrator],
      // A linked region takes its home region's, where alone AWS lets it be changed.
      ignoreChanges: region === inputs.homeRegion ? [] : ["organizationConfiguration"],
    },
  );
  return { hub, standards, administrator, organization };
}

/** Brings the findings of every region together in the home region. AWS links only regions whose hub is on. */
export function findingAggregation(stack: AdminStack, hubs: readonly HubAdministration[]): FindingAggregator {
  const { inputs, security, declare } = stack;
  const linked = inputs.regions.filter((region) => region !== inputs.homeRegion);
  return declare(
    FindingAggregator,
    {
      name: names.findingAggregator(inputs.homeRegion),
      region: inputs.homeRegion,
      wanted:
        linked.length === 0
          ? { linkingMode: "NO_REGIONS" }
          : { linkingMode: "SPECIFIED_REGIONS", specifiedRegions: linked },
    },
    {
      provider: security,
      dependsOn: hubs.flatMap(({ hub, administrator, organization }) => [hub, organization ?? administrator]),
    },
  );
}
