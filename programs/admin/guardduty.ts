import { Detector } from "@pulumi/aws/guardduty/detector.js";
import { OrganizationAdminAccount } from "@pulumi/aws/guardduty/organizationAdminAccount.js";
import { OrganizationConfiguration } from "@pulumi/aws/guardduty/organizationConfiguration.js";
import { names, TAGS } from "../names.ts";
import type { AdminStack } from "./stack.ts";
import type { TrustedAccess } from "./trusted-access.ts";

/** GuardDuty of the security account in one region. */
export interface DetectorAdministration {
  readonly detector: Detector;
  readonly administrator: OrganizationAdminAccount;
  readonly organization: OrganizationConfiguration;
}

/**
 * GuardDuty in one region: the detector of the security account, then its delegation by the management account, then the organization's
 * configuration, with nothing enabled by itself, because the baselines own the detectors of members and add them.
 *
 * `before` are the regions done already: of delegations in several regions at once, AWS completes one and refuses the others
 * (aws-samples/aws-secure-environment-accelerator#778).
 */
export function guardDuty(
  stack: AdminStack,
  region: string,
  trusted: TrustedAccess,
  before: readonly DetectorAdministration[],
): DetectorAdministration {
  const { inputs, management, security, declare } = stack;
  const detector = declare(
    Detector,
    {
      name: names.detector(region),
      region,
      // Members take the frequency over. Fifteen minutes is the shortest: repeated findings reach the response soonest.
      wanted: { enable: true, findingPublishingFrequency: "FIFTEEN_MINUTES", tags: TAGS },
      keep: ["tags"],
    },
    { provider: security },
  );
  const administrator = declare(
    OrganizationAdminAccount,
    { name: names.detectorAdministrator(region), region, wanted: { adminAccountId: inputs.accounts.security } },
    {
      provider: management,
      dependsOn: [detector, trusted["guardduty.amazonaws.com"], ...before.slice(-1).map((done) => done.administrator)],
    },
  );
  const organization = declare(
    OrganizationConfiguration,
    {
      name: names.detectorOrganization(region),
      region,
      wanted: { detectorId: detector.id, autoEnableOrganizationMembers: "NONE" },
    },
    { provider: security, dependsOn: [administrator] },
  );
  return { detector, administrator, organization };
}
