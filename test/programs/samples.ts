import { AdminInputs, BaselineInputs } from "../../programs/inputs.ts";
import { OrganizationSettings } from "../../programs/settings.ts";

export const MANAGEMENT = "111111111111";
export const SECURITY = "222222222222";
export const LOG_ARCHIVE = "333333333333";
export const MEMBER = "100000000001";

/** Settings of the sample organization in two regions. */
export function settings(overrides: Record<string, unknown> = {}): OrganizationSettings {
  return OrganizationSettings.parse({
    homeRegion: "us-east-1",
    regions: ["us-east-1", "us-west-2"],
    accounts: { management: MANAGEMENT, security: SECURITY, logArchive: LOG_ARCHIVE },
    ...overrides,
  });
}

function shared(from: OrganizationSettings) {
  const { partition, homeRegion, regions, accounts, roles, standards, features } = from;
  return { partition, homeRegion, regions, accounts, roles, standards, features, organizationId: "o-bulwark0demo" };
}

/** Inputs of the admin stack, from settings. */
export function adminInputs(overrides: Record<string, unknown> = {}, from = settings()): AdminInputs {
  return AdminInputs.parse({
    kind: "admin",
    ...shared(from),
    controlParameters: from.controlParameters,
    environments: { prod: [MEMBER], dev: ["100000000013"] },
    ...overrides,
  });
}

/** Inputs of the baseline of one member account, from settings. */
export function baselineInputs(overrides: Record<string, unknown> = {}, from = settings()): BaselineInputs {
  return BaselineInputs.parse({
    kind: "baseline",
    ...shared(from),
    accountId: MEMBER,
    accountName: "clearing-prod",
    email: "clearing-prod@example.org",
    passwordPolicy: from.passwordPolicy,
    admin: {
      detectorIds: Object.fromEntries(from.regions.map((region) => [region, `security-detector-${region}`])),
      configBucket: `bulwark-config-${LOG_ARCHIVE}-${from.homeRegion}`,
      configKeyArn: `arn:${from.partition}:kms:${from.homeRegion}:${LOG_ARCHIVE}:key/config`,
    },
    ...overrides,
  });
}
