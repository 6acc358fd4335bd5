import { AccessAnalyzer } from "@aws-sdk/client-accessanalyzer";
import { CloudTrail } from "@aws-sdk/client-cloudtrail";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { IAM } from "@aws-sdk/client-iam";
import { Inspector2 } from "@aws-sdk/client-inspector2";
import { KMS } from "@aws-sdk/client-kms";
import { Organizations, type PolicyType } from "@aws-sdk/client-organizations";
import { S3 } from "@aws-sdk/client-s3";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { unless } from "../account-state.ts";
import { type AdminAccounts, HOME, OTHER } from "./row.ts";

const POLICIES: readonly PolicyType[] = ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "DECLARATIVE_POLICY_EC2"];

/**
 * What only options bring to the accounts of the admin stack, listed. Evidence is apart: it outlives them. Controls are left out: the
 * provider abandons their associations, so that one that was off stays off.
 */
export async function listOptions(accounts: AdminAccounts) {
  const [organization, home, other] = await Promise.all([
    ofOrganization(accounts),
    ofRegion(accounts, HOME),
    ofRegion(accounts, OTHER),
  ]);
  return { organization, home, other };
}

async function ofOrganization({ management }: AdminAccounts) {
  const organizations = new Organizations(management(HOME));
  const policies = await Promise.all(
    POLICIES.map(async (Filter) => {
      const answer = await unless(organizations.listPolicies({ Filter }), "PolicyTypeNotEnabledException");
      return (answer?.Policies ?? []).map(({ Name }) => Name);
    }),
  );
  const features = await unless(
    new IAM(management(HOME)).listOrganizationsFeatures({}),
    "ServiceAccessNotEnabledException",
  );
  const { trailList = [] } = await new CloudTrail(management(HOME)).describeTrails({ includeShadowTrails: false });
  const { EnabledServicePrincipals = [] } = await organizations.listAWSServiceAccessForOrganization({});
  return {
    policies: policies.flat().sort(),
    rootFeatures: features?.EnabledFeatures ?? [],
    trails: trailList.map(({ Name }) => Name).sort(),
    trusted: EnabledServicePrincipals.map(({ ServicePrincipal }) => ServicePrincipal).sort(),
  };
}

async function ofRegion({ security }: AdminAccounts, region: string) {
  const access = security(region);
  const guardDuty = new GuardDuty(access);
  const analyzers = new AccessAnalyzer(access);
  const hub = new SecurityHub(access);
  const { DetectorIds: [DetectorId] = [] } = await guardDuty.listDetectors({});
  const { scanConfigurations = [] } = await new Inspector2(access).listCisScanConfigurations({});
  const { analyzers: found = [] } = await analyzers.listAnalyzers({});
  const rules = await Promise.all(
    found.map(async ({ name }) => (await analyzers.listArchiveRules({ analyzerName: name })).archiveRules ?? []),
  );
  return {
    filters: (await guardDuty.listFilters({ DetectorId })).FilterNames,
    trustedEntities: (await guardDuty.listTrustedEntitySets({ DetectorId })).TrustedEntitySetIds,
    threats: (await guardDuty.listThreatEntitySets({ DetectorId })).ThreatEntitySetIds,
    cisScans: scanConfigurations.map(({ scanName }) => scanName),
    analyzers: found.map(({ name }) => name).sort(),
    archiveRules: rules.flat().map(({ ruleName }) => ruleName),
    products: (await hub.listEnabledProductsForImport({})).ProductSubscriptions,
  };
}

/** The buckets of the log archive, and its keys by what AWS does with them. */
export async function listEvidence({ logArchive }: AdminAccounts) {
  const kms = new KMS(logArchive(HOME));
  const { Buckets = [] } = await new S3({ ...logArchive(HOME), forcePathStyle: true }).listBuckets({});
  const { Keys = [] } = await kms.listKeys({});
  const states = await Promise.all(
    Keys.map(async ({ KeyId }) => (await kms.describeKey({ KeyId })).KeyMetadata?.KeyState),
  );
  return { buckets: Buckets.map(({ Name }) => Name).sort(), keys: states.sort() };
}
