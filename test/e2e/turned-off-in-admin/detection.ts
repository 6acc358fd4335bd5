import { AccessAnalyzer } from "@aws-sdk/client-accessanalyzer";
import { ConfigService } from "@aws-sdk/client-config-service";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { Inspector2 } from "@aws-sdk/client-inspector2";
import { awsNames, names } from "../../../programs/names.ts";
import { type AdminAccounts, HOME, OTHER, orNone, type TurnedOffInAdmin } from "./row.ts";

/** GuardDuty of the security account, and its detector there. */
async function guardDutyOf({ security }: AdminAccounts) {
  const guardDuty = new GuardDuty(security(OTHER));
  const { DetectorIds: [DetectorId = ""] = [] } = await guardDuty.listDetectors({});
  return { guardDuty, DetectorId };
}

const inspector = ({ security }: AdminAccounts) => new Inspector2(security(OTHER));
const config = ({ security }: AdminAccounts) => new ConfigService(security(HOME));
const analyzers = ({ security }: AdminAccounts, region: string) => new AccessAnalyzer(security(region));
const S3 = "S3_DATA_EVENTS";

export const DETECTION: readonly TurnedOffInAdmin[] = [
  {
    type: "aws:guardduty/detector:Detector",
    drifts: names.detector(OTHER),
    turnOff: async (at) => {
      const { guardDuty, DetectorId } = await guardDutyOf(at);
      await guardDuty.updateDetector({ DetectorId, FindingPublishingFrequency: "SIX_HOURS" });
    },
    read: async (at) => {
      const { guardDuty, DetectorId } = await guardDutyOf(at);
      return (await guardDuty.getDetector({ DetectorId })).FindingPublishingFrequency;
    },
  },
  {
    type: "aws:guardduty/detectorFeature:DetectorFeature",
    drifts: names.plan("s3", OTHER),
    turnOff: async (at) => {
      const { guardDuty, DetectorId } = await guardDutyOf(at);
      await guardDuty.updateDetector({ DetectorId, Features: [{ Name: S3, Status: "DISABLED" }] });
    },
    read: async (at) => {
      const { guardDuty, DetectorId } = await guardDutyOf(at);
      const { Features = [] } = await guardDuty.getDetector({ DetectorId });
      return Features.map(({ Name, Status }) => `${Name} ${Status}`);
    },
  },
  {
    type: "aws:guardduty/organizationConfiguration:OrganizationConfiguration",
    drifts: names.detectorOrganization(OTHER),
    turnOff: async (at) => {
      const { guardDuty, DetectorId } = await guardDutyOf(at);
      await guardDuty.updateOrganizationConfiguration({ DetectorId, AutoEnableOrganizationMembers: "NEW" });
    },
    read: async (at) => {
      const { guardDuty, DetectorId } = await guardDutyOf(at);
      return (await guardDuty.describeOrganizationConfiguration({ DetectorId })).AutoEnableOrganizationMembers;
    },
  },
  {
    type: "aws:guardduty/organizationConfigurationFeature:OrganizationConfigurationFeature",
    drifts: names.organizationPlan("s3", OTHER),
    turnOff: async (at) => {
      const { guardDuty, DetectorId } = await guardDutyOf(at);
      await guardDuty.updateOrganizationConfiguration({
        DetectorId,
        AutoEnableOrganizationMembers: "NEW",
        Features: [{ Name: S3, AutoEnable: "NEW" }],
      });
    },
    read: async (at) => {
      const { guardDuty, DetectorId } = await guardDutyOf(at);
      return (await guardDuty.describeOrganizationConfiguration({ DetectorId })).Features;
    },
  },
  {
    type: "aws:guardduty/filter:Filter",
    drifts: names.suppression("scanner", OTHER),
    turnOff: async (at) => {
      const { guardDuty, DetectorId } = await guardDutyOf(at);
      await guardDuty.deleteFilter({ DetectorId, FilterName: awsNames.suppression("scanner") });
    },
    read: async (at) => {
      const { guardDuty, DetectorId } = await guardDutyOf(at);
      return (await guardDuty.listFilters({ DetectorId })).FilterNames;
    },
  },
  {
    type: "aws-native:guardduty:TrustedEntitySet",
    drifts: names.trustedEntitySet("partners", OTHER),
    turnOff: async (at) => {
      const { guardDuty, DetectorId } = await guardDutyOf(at);
      const { TrustedEntitySetIds: [TrustedEntitySetId] = [] } = await guardDuty.listTrustedEntitySets({ DetectorId });
      await guardDuty.deleteTrustedEntitySet({ DetectorId, TrustedEntitySetId });
    },
    read: async (at) => {
      const { guardDuty, DetectorId } = await guardDutyOf(at);
      return (await guardDuty.listTrustedEntitySets({ DetectorId })).TrustedEntitySetIds?.length;
    },
  },
  {
    type: "aws-native:guardduty:ThreatEntitySet",
    drifts: names.threatEntitySet("feed", OTHER),
    turnOff: async (at) => {
      const { guardDuty, DetectorId } = await guardDutyOf(at);
      const { ThreatEntitySetIds: [ThreatEntitySetId] = [] } = await guardDuty.listThreatEntitySets({ DetectorId });
      await guardDuty.deleteThreatEntitySet({ DetectorId, ThreatEntitySetId });
    },
    read: async (at) => {
      const { guardDuty, DetectorId } = await guardDutyOf(at);
      return (await guardDuty.listThreatEntitySets({ DetectorId })).ThreatEntitySetIds?.length;
    },
  },
  {
    type: "aws:guardduty/publishingDestination:PublishingDestination",
    drifts: names.findingsExport(OTHER),
    turnOff: async (at) => {
      const { guardDuty, DetectorId } = await guardDutyOf(at);
      const { Destinations: [{ DestinationId } = {}] = [] } = await guardDuty.listPublishingDestinations({
        DetectorId,
      });
      await guardDuty.deletePublishingDestination({ DetectorId, DestinationId });
    },
    read: async (at) => {
      const { guardDuty, DetectorId } = await guardDutyOf(at);
      const { Destinations = [] } = await guardDuty.listPublishingDestinations({ DetectorId });
      return Destinations.map(({ DestinationType, Status }) => `${DestinationType} ${Status}`);
    },
  },
  {
    type: "aws:inspector2/enabler:Enabler",
    drifts: names.inspectorSecurityScans(OTHER),
    turnOff: (at) => inspector(at).disable({ resourceTypes: ["ECR"] }),
    read: async (at) => {
      const { accounts: [own] = [] } = await inspector(at).batchGetAccountStatus({});
      return Object.entries(own?.resourceState ?? {}).map(([scan, { status }]) => `${scan} ${status}`);
    },
  },
  {
    type: "aws:inspector2/organizationConfiguration:OrganizationConfiguration",
    drifts: names.inspectorOrganization(OTHER),
    turnOff: (at) => inspector(at).updateOrganizationConfiguration({ autoEnable: { ec2: true, ecr: false } }),
    read: async (at) => (await inspector(at).describeOrganizationConfiguration({})).autoEnable,
  },
  {
    type: "aws-native:inspectorv2:CisScanConfiguration",
    drifts: names.cisScan("weekly", OTHER),
    turnOff: async (at) => {
      const { scanConfigurations: [scan] = [] } = await inspector(at).listCisScanConfigurations({});
      await inspector(at).deleteCisScanConfiguration({ scanConfigurationArn: scan?.scanConfigurationArn });
    },
    read: async (at) => {
      const { scanConfigurations = [] } = await inspector(at).listCisScanConfigurations({});
      return scanConfigurations.map(({ scanName, schedule, targets }) => ({ scanName, schedule, targets }));
    },
  },
  {
    type: "aws:cfg/configurationAggregator:ConfigurationAggregator",
    drifts: names.configAggregator(HOME),
    turnOff: (at) =>
      config(at).deleteConfigurationAggregator({ ConfigurationAggregatorName: awsNames.configAggregator }),
    read: async (at) => {
      const { ConfigurationAggregators = [] } = await config(at).describeConfigurationAggregators({});
      return ConfigurationAggregators.map((aggregator) => aggregator.OrganizationAggregationSource);
    },
  },
  {
    type: "aws:accessanalyzer/archiveRule:ArchiveRule",
    drifts: names.archiveRule("external", "partner", OTHER),
    turnOff: (at) =>
      analyzers(at, OTHER).deleteArchiveRule({
        analyzerName: awsNames.organizationAnalyzer,
        ruleName: awsNames.archiveRule("partner"),
      }),
    read: async (at) => {
      const asked = { analyzerName: awsNames.organizationAnalyzer };
      const { archiveRules = [] } = await analyzers(at, OTHER).listArchiveRules(asked);
      return archiveRules.map(({ ruleName, filter }) => ({ ruleName, filter }));
    },
  },
  {
    type: "aws:accessanalyzer/analyzer:Analyzer",
    drifts: names.unusedAccessAnalyzer(HOME),
    turnOff: (at) => analyzers(at, HOME).deleteAnalyzer({ analyzerName: awsNames.unusedAccessAnalyzer }),
    read: async (at) => {
      const asked = { analyzerName: awsNames.unusedAccessAnalyzer };
      const found = await orNone(analyzers(at, HOME).getAnalyzer(asked));
      return typeof found === "string" ? found : [found.analyzer?.type, found.analyzer?.configuration];
    },
  },
];
