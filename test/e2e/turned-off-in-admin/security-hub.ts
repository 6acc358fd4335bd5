import { SecurityHub } from "@aws-sdk/client-securityhub";
import { names } from "../../../programs/names.ts";
import { s3PublicAccessBlock } from "../../../remediation/s3-public-access-block/manifest.ts";
import { OUTSIDE } from "../../programs/samples.ts";
import { type AdminAccounts, HOME, OTHER, type TurnedOffInAdmin } from "./row.ts";

const FSBP = `arn:aws:securityhub:${OTHER}::standards/aws-foundational-security-best-practices/v/1.0.0`;
const PRODUCT = `arn:aws:securityhub:${OTHER}:222222222222:product-subscription/prowler/prowler`;

const { name: block, customAction: button } = s3PublicAccessBlock;

const hubIn =
  (region: string) =>
  ({ security }: AdminAccounts) =>
    new SecurityHub(security(region));
const home = hubIn(HOME);
const other = hubIn(OTHER);

async function standards(hub: SecurityHub): Promise<string[]> {
  const { StandardsSubscriptions = [] } = await hub.getEnabledStandards({});
  return StandardsSubscriptions.map(({ StandardsSubscriptionArn = "" }) => StandardsSubscriptionArn).sort();
}

async function insights(hub: SecurityHub) {
  const { Insights = [] } = await hub.getInsights({});
  return Insights.sort((one, another) => (one.Name ?? "").localeCompare(another.Name ?? ""));
}

async function actionTargets(at: AdminAccounts) {
  const { ActionTargets = [] } = await home(at).describeActionTargets({});
  return ActionTargets;
}

export const SECURITY_HUB: readonly TurnedOffInAdmin[] = [
  {
    type: "aws:securityhub/account:Account",
    drifts: names.hub(OTHER),
    turnOff: (at) => other(at).updateSecurityHubConfiguration({ ControlFindingGenerator: "STANDARD_CONTROL" }),
    read: async (at) => (await other(at).describeHub({})).ControlFindingGenerator,
  },
  {
    type: "aws:securityhub/standardsControlAssociation:StandardsControlAssociation",
    drifts: names.controlAssociation("IAM.6", "fsbp-1.0.0", OTHER),
    turnOff: (at) =>
      other(at).batchUpdateStandardsControlAssociations({
        StandardsControlAssociationUpdates: [
          { StandardsArn: FSBP, SecurityControlId: "IAM.6", AssociationStatus: "ENABLED" },
        ],
      }),
    read: async (at) => {
      const asked = [{ StandardsArn: FSBP, SecurityControlId: "IAM.6" }];
      const answer = await other(at).batchGetStandardsControlAssociations({ StandardsControlAssociationIds: asked });
      return answer.StandardsControlAssociationDetails?.map(({ AssociationStatus }) => AssociationStatus);
    },
  },
  {
    type: "aws:securityhub/standardsControlAssociation:StandardsControlAssociation",
    drifts: names.controlAssociation("S3.8", "fsbp-1.0.0", OTHER),
    turnOff: (at) =>
      other(at).batchUpdateStandardsControlAssociations({
        StandardsControlAssociationUpdates: [
          { StandardsArn: FSBP, SecurityControlId: "S3.8", AssociationStatus: "DISABLED", UpdatedReason: "By hand" },
        ],
      }),
    read: async (at) => {
      const asked = [{ StandardsArn: FSBP, SecurityControlId: "S3.8" }];
      const answer = await other(at).batchGetStandardsControlAssociations({ StandardsControlAssociationIds: asked });
      return answer.StandardsControlAssociationDetails?.map(({ AssociationStatus }) => AssociationStatus);
    },
  },
  {
    type: "aws:securityhub/standardsSubscription:StandardsSubscription",
    drifts: names.standard("cis-5.0.0", OTHER),
    turnOff: async (at) => {
      const cis = (await standards(other(at))).filter((arn) => arn.includes("cis-aws-foundations-benchmark"));
      await other(at).batchDisableStandards({ StandardsSubscriptionArns: cis });
    },
    read: (at) => standards(other(at)),
  },
  {
    type: "aws:securityhub/productSubscription:ProductSubscription",
    drifts: names.productSubscription("prowler/prowler", OTHER),
    turnOff: (at) => other(at).disableImportFindingsForProduct({ ProductSubscriptionArn: PRODUCT }),
    read: async (at) => (await other(at).listEnabledProductsForImport({})).ProductSubscriptions,
  },
  {
    type: "aws:securityhub/organizationConfiguration:OrganizationConfiguration",
    drifts: names.hubOrganization(OTHER),
    turnOff: (at) => other(at).updateOrganizationConfiguration({ AutoEnable: true }),
    read: async (at) => (await other(at).describeOrganizationConfiguration({})).AutoEnable,
  },
  {
    type: "aws:securityhub/member:Member",
    drifts: names.outsideMember(OUTSIDE, OTHER),
    turnOff: async (at) => {
      // AWS deletes no member that is still associated.
      await other(at).disassociateMembers({ AccountIds: [OUTSIDE] });
      await other(at).deleteMembers({ AccountIds: [OUTSIDE] });
    },
    read: async (at) => {
      const { Members = [] } = await other(at).getMembers({ AccountIds: [OUTSIDE] });
      return Members.map(({ AccountId, Email, MemberStatus }) => [AccountId, Email, MemberStatus]);
    },
  },
  {
    type: "aws:securityhub/findingAggregator:FindingAggregator",
    drifts: names.findingAggregator(HOME),
    turnOff: async (at) => {
      const { FindingAggregators: [{ FindingAggregatorArn } = {}] = [] } = await home(at).listFindingAggregators({});
      await home(at).deleteFindingAggregator({ FindingAggregatorArn });
    },
    read: async (at) => (await home(at).listFindingAggregators({})).FindingAggregators?.length,
  },
  {
    type: "aws:securityhub/insight:Insight",
    drifts: names.insight("accounts", HOME),
    turnOff: async (at) => {
      const found = (await insights(home(at))).find(({ Name }) => Name === "Bulwark backlog by account");
      await home(at).deleteInsight({ InsightArn: found?.InsightArn });
    },
    read: async (at) => (await insights(home(at))).map(({ Name, Filters }) => [Name, Filters]),
  },
  {
    type: "aws:securityhub/actionTarget:ActionTarget",
    drifts: names.customAction(block, HOME),
    turnOff: async (at) => {
      const target = (await actionTargets(at)).find(({ ActionTargetArn = "" }) =>
        ActionTargetArn.endsWith(`/${button.id}`),
      );
      await home(at).deleteActionTarget({ ActionTargetArn: target?.ActionTargetArn });
    },
    read: async (at) => (await actionTargets(at)).map((target) => Object.values(target).join()).sort(),
  },
  {
    type: "aws-native:securityhub:SecurityControl",
    drifts: names.securityControl("ACM.1", OTHER),
    turnOff: (at) =>
      other(at).updateSecurityControl({
        SecurityControlId: "ACM.1",
        Parameters: { daysToExpiration: { ValueType: "CUSTOM", Value: { Integer: 15 } } },
        LastUpdateReason: "By hand",
      }),
    read: async (at) => {
      const { SecurityControls = [] } = await other(at).batchGetSecurityControls({ SecurityControlIds: ["ACM.1"] });
      return SecurityControls[0]?.Parameters;
    },
  },
];
