import { AccountClient, DeleteAlternateContactCommand } from "@aws-sdk/client-account";
import { ConfigService } from "@aws-sdk/client-config-service";
import { EC2 } from "@aws-sdk/client-ec2";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { IAM } from "@aws-sdk/client-iam";
import { Inspector2 } from "@aws-sdk/client-inspector2";
import { S3Control } from "@aws-sdk/client-s3-control";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { SSM } from "@aws-sdk/client-ssm";
import { awsNames, names } from "../../programs/names.ts";
import { HOSTS_TURNED_OFF } from "./turned-off-on-hosts.ts";
import { DETAILS, type TurnedOff, WHOLE } from "./turned-off-row.ts";
import type { WholeState } from "./whole-state.ts";

const MANAGED_ROLE_SETTING = "/ssm/managed-instance/default-ec2-instance-management-role";

const details = (state: WholeState) => state.regions[DETAILS];
const whole = (state: WholeState) => state.regions[WHOLE];
const detectorOf = async (guardDuty: GuardDuty) => (await guardDuty.listDetectors({})).DetectorIds?.[0];

async function standardsOf(hub: SecurityHub, path: string): Promise<string[]> {
  const { StandardsSubscriptions = [] } = await hub.getEnabledStandards({});
  return StandardsSubscriptions.flatMap(({ StandardsSubscriptionArn = "" }) =>
    StandardsSubscriptionArn.includes(path) ? [StandardsSubscriptionArn] : [],
  );
}

/** All in this order: what goes as a whole takes with it what is in it. */
export const TURNED_OFF: readonly TurnedOff[] = [
  ...HOSTS_TURNED_OFF,
  {
    type: "aws:securityhub/standardsControlAssociation:StandardsControlAssociation",
    drifts: () => names.controlAssociation("IAM.6", "fsbp-1.0.0", DETAILS),
    by: "member",
    forbidden: true,
    turnOff: ({ own }) =>
      new SecurityHub(own(DETAILS)).batchUpdateStandardsControlAssociations({
        StandardsControlAssociationUpdates: [
          {
            StandardsArn: `arn:aws:securityhub:${DETAILS}::standards/aws-foundational-security-best-practices/v/1.0.0`,
            SecurityControlId: "IAM.6",
            AssociationStatus: "ENABLED",
          },
        ],
      }),
    shownBy: (state) => state.inEach[DETAILS]?.disabledControls,
  },
  {
    // No resource is there for it until it is off: a standard has all of its controls on by itself.
    type: "aws:securityhub/standardsControlAssociation:StandardsControlAssociation",
    drifts: () => names.controlAssociation("S3.8", "fsbp-1.0.0", DETAILS),
    by: "member",
    forbidden: true,
    turnOff: ({ own }) =>
      new SecurityHub(own(DETAILS)).batchUpdateStandardsControlAssociations({
        StandardsControlAssociationUpdates: [
          {
            StandardsArn: `arn:aws:securityhub:${DETAILS}::standards/aws-foundational-security-best-practices/v/1.0.0`,
            SecurityControlId: "S3.8",
            AssociationStatus: "DISABLED",
            UpdatedReason: "By hand",
          },
        ],
      }),
    shownBy: (state) => state.inEach[DETAILS]?.disabledControls,
  },
  {
    type: "aws-native:securityhub:SecurityControl",
    drifts: () => names.securityControl("ACM.1", DETAILS),
    by: "member",
    forbidden: false,
    turnOff: ({ own }) =>
      new SecurityHub(own(DETAILS)).updateSecurityControl({
        SecurityControlId: "ACM.1",
        Parameters: { daysToExpiration: { ValueType: "CUSTOM", Value: { Integer: 15 } } },
        LastUpdateReason: "By hand",
      }),
    shownBy: (state) => state.inEach[DETAILS]?.customParameters,
  },
  {
    type: "aws:securityhub/standardsSubscription:StandardsSubscription",
    drifts: () => names.standard("cis-5.0.0", DETAILS),
    by: "member",
    forbidden: true,
    turnOff: async ({ own }) => {
      const hub = new SecurityHub(own(DETAILS));
      const cis = await standardsOf(hub, "cis-aws-foundations-benchmark/v/5.0.0");
      await hub.batchDisableStandards({ StandardsSubscriptionArns: cis });
    },
    shownBy: (state) => details(state)?.hub?.standards,
  },
  {
    type: "aws:securityhub/productSubscription:ProductSubscription",
    drifts: () => names.productSubscription("prowler/prowler", DETAILS),
    by: "member",
    forbidden: true,
    turnOff: ({ own, accountId }) =>
      new SecurityHub(own(DETAILS)).disableImportFindingsForProduct({
        ProductSubscriptionArn: `arn:aws:securityhub:${DETAILS}:${accountId}:product-subscription/prowler/prowler`,
      }),
    shownBy: (state) => state.inEach[DETAILS]?.products,
  },
  {
    type: "aws:securityhub/member:Member",
    drifts: () => names.hubMember(WHOLE),
    by: "security",
    forbidden: false,
    turnOff: ({ security, accountId }) =>
      new SecurityHub(security(WHOLE)).disassociateMembers({ AccountIds: [accountId] }),
    shownBy: (state) => whole(state)?.hub?.administrator,
  },
  {
    type: "aws:securityhub/account:Account",
    drifts: () => names.hub(WHOLE),
    by: "member",
    forbidden: true,
    turnOff: ({ own }) => new SecurityHub(own(WHOLE)).disableSecurityHub({}),
    shownBy: (state) => whole(state)?.hub?.arn,
  },
  {
    type: "aws:guardduty/memberDetectorFeature:MemberDetectorFeature",
    drifts: () => names.memberPlan("s3", DETAILS),
    by: "security",
    forbidden: false,
    turnOff: async ({ security, accountId }) => {
      const guardDuty = new GuardDuty(security(DETAILS));
      const Features = [{ Name: "S3_DATA_EVENTS", Status: "DISABLED" } as const];
      const DetectorId = await detectorOf(guardDuty);
      await guardDuty.updateMemberDetectors({ DetectorId, AccountIds: [accountId], Features });
    },
    shownBy: (state) => details(state)?.detector?.Features,
  },
  {
    type: "aws:guardduty/member:Member",
    drifts: () => names.detectorMember(WHOLE),
    by: "security",
    forbidden: false,
    turnOff: async ({ security, accountId }) => {
      const guardDuty = new GuardDuty(security(WHOLE));
      await guardDuty.disassociateMembers({ DetectorId: await detectorOf(guardDuty), AccountIds: [accountId] });
    },
    shownBy: (state) => whole(state)?.detector?.administrator,
  },
  {
    type: "aws:guardduty/detector:Detector",
    drifts: () => names.detector(WHOLE),
    by: "member",
    forbidden: true,
    turnOff: async ({ own }) => {
      const guardDuty = new GuardDuty(own(WHOLE));
      await guardDuty.deleteDetector({ DetectorId: await detectorOf(guardDuty) });
    },
    shownBy: (state) => whole(state)?.detector !== undefined,
  },
  {
    type: "aws:cfg/recorderStatus:RecorderStatus",
    drifts: () => names.recorderStatus(DETAILS),
    by: "member",
    forbidden: true,
    turnOff: ({ own }) =>
      new ConfigService(own(DETAILS)).stopConfigurationRecorder({ ConfigurationRecorderName: awsNames.recorder }),
    shownBy: (state) => details(state)?.recording,
  },
  {
    type: "aws:cfg/deliveryChannel:DeliveryChannel",
    drifts: () => names.deliveryChannel(WHOLE),
    by: "member",
    forbidden: true,
    turnOff: async ({ own }) => {
      const config = new ConfigService(own(WHOLE));
      // AWS keeps the channel of a recorder that runs.
      await config.stopConfigurationRecorder({ ConfigurationRecorderName: awsNames.recorder });
      await config.deleteDeliveryChannel({ DeliveryChannelName: awsNames.deliveryChannel });
    },
    shownBy: (state) => whole(state)?.channels,
  },
  {
    type: "aws:cfg/recorder:Recorder",
    drifts: () => names.recorder(WHOLE),
    by: "member",
    forbidden: true,
    turnOff: ({ own }) =>
      new ConfigService(own(WHOLE)).deleteConfigurationRecorder({ ConfigurationRecorderName: awsNames.recorder }),
    shownBy: (state) => whole(state)?.recorders,
  },
  {
    type: "aws:cfg/conformancePack:ConformancePack",
    drifts: () => names.auditPack(WHOLE),
    by: "member",
    forbidden: false,
    turnOff: ({ own }) =>
      new ConfigService(own(WHOLE)).deleteConformancePack({ ConformancePackName: awsNames.auditPack }),
    shownBy: (state) => whole(state)?.packs,
  },
  {
    type: "aws:cfg/rule:Rule",
    drifts: () => names.configRule("volumes-in-use", DETAILS),
    by: "member",
    forbidden: false,
    turnOff: ({ own }) =>
      new ConfigService(own(DETAILS)).deleteConfigRule({ ConfigRuleName: awsNames.configRule("volumes-in-use") }),
    shownBy: (state) => details(state)?.rules,
  },
  {
    type: "aws:iam/serviceLinkedRole:ServiceLinkedRole",
    drifts: () => names.serviceLinkedRole("config-conforms.amazonaws.com"),
    by: "member",
    forbidden: false,
    turnOff: ({ own }) =>
      new IAM(own(DETAILS)).deleteServiceLinkedRole({ RoleName: "AWSServiceRoleForConfigConforms" }),
    shownBy: ({ roles }) => roles.filter((arn) => arn.includes("/aws-service-role/")),
  },
  {
    type: "aws:inspector2/enabler:Enabler",
    drifts: () => names.inspectorMemberScans(DETAILS),
    by: "security",
    forbidden: false,
    turnOff: ({ security, accountId }) =>
      new Inspector2(security(DETAILS)).disable({ accountIds: [accountId], resourceTypes: ["ECR"] }),
    shownBy: (state) => details(state)?.inspector,
  },
  {
    type: "aws:inspector2/memberAssociation:MemberAssociation",
    drifts: () => names.inspectorMember(WHOLE),
    by: "security",
    forbidden: false,
    turnOff: ({ security, accountId }) => new Inspector2(security(WHOLE)).disassociateMember({ accountId }),
    shownBy: (state) => state.inEach[WHOLE]?.inspectorMember,
  },
  {
    type: "aws:ebs/encryptionByDefault:EncryptionByDefault",
    drifts: () => names.ebsEncryption(WHOLE),
    by: "member",
    forbidden: true,
    turnOff: ({ own }) => new EC2(own(WHOLE)).disableEbsEncryptionByDefault({}),
    shownBy: (state) => whole(state)?.ebsEncryptionByDefault,
  },
  {
    type: "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess",
    drifts: () => names.snapshotSharing(WHOLE),
    by: "member",
    forbidden: false,
    turnOff: ({ own }) => new EC2(own(WHOLE)).disableSnapshotBlockPublicAccess({}),
    shownBy: (state) => whole(state)?.own.snapshotSharing,
  },
  {
    type: "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess",
    drifts: () => names.imageSharing(WHOLE),
    by: "member",
    forbidden: false,
    turnOff: ({ own }) => new EC2(own(WHOLE)).disableImageBlockPublicAccess({}),
    byDefault: true,
    shownBy: (state) => whole(state)?.own.imageSharing,
  },
  {
    type: "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults",
    drifts: () => names.instanceMetadata(WHOLE),
    by: "member",
    forbidden: false,
    turnOff: ({ own }) => new EC2(own(WHOLE)).modifyInstanceMetadataDefaults({ HttpTokens: "optional" }),
    shownBy: (state) => whole(state)?.own.instanceMetadata,
  },
  {
    type: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    drifts: (vpc) => names.defaultSecurityGroup(vpc, WHOLE),
    by: "member",
    forbidden: false,
    turnOff: async ({ own, vpc }) => {
      const ec2 = new EC2(own(WHOLE));
      const Filters = [
        { Name: "group-name", Values: ["default"] },
        { Name: "vpc-id", Values: [vpc] },
      ];
      const { SecurityGroups: [group] = [] } = await ec2.describeSecurityGroups({ Filters });
      await ec2.authorizeSecurityGroupIngress({
        GroupId: group?.GroupId,
        IpPermissions: [{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      });
    },
    shownBy: (state) => whole(state)?.own.openings,
  },
  {
    type: "aws:ec2/flowLog:FlowLog",
    drifts: (vpc) => names.flowLog(vpc, WHOLE),
    by: "member",
    forbidden: false,
    turnOff: async ({ own }) => {
      const ec2 = new EC2(own(WHOLE));
      const { FlowLogs = [] } = await ec2.describeFlowLogs({});
      await ec2.deleteFlowLogs({ FlowLogIds: FlowLogs.map(({ FlowLogId = "" }) => FlowLogId) });
    },
    shownBy: (state) => whole(state)?.own.flowLogs,
  },
  {
    type: "aws:account/alternativeContact:AlternativeContact",
    drifts: () => names.securityContact,
    by: "member",
    forbidden: false,
    turnOff: ({ own }) =>
      new AccountClient(own(DETAILS)).send(new DeleteAlternateContactCommand({ AlternateContactType: "SECURITY" })),
    shownBy: ({ securityContact }) => securityContact,
  },
  {
    type: "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
    drifts: () => names.publicAccessBlock,
    by: "member",
    forbidden: false,
    turnOff: ({ own, accountId: AccountId }) => {
      const access = own(DETAILS);
      const s3 = new S3Control({ ...access, endpointProvider: () => ({ url: new URL(access.endpoint) }) });
      return s3.deletePublicAccessBlock({ AccountId });
    },
    shownBy: ({ publicAccessBlock }) => publicAccessBlock,
  },
  {
    type: "aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
    drifts: () => names.passwordPolicy,
    by: "member",
    forbidden: false,
    turnOff: ({ own }) => new IAM(own(DETAILS)).deleteAccountPasswordPolicy({}),
    shownBy: ({ passwordPolicy }) => passwordPolicy,
  },
  {
    type: "aws:ssm/serviceSetting:ServiceSetting",
    drifts: () => names.hostManagement(WHOLE),
    by: "member",
    forbidden: false,
    turnOff: ({ own }) => new SSM(own(WHOLE)).resetServiceSetting({ SettingId: MANAGED_ROLE_SETTING }),
    shownBy: (state) => whole(state)?.hosts.managementRole,
  },
  {
    type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    drifts: () => names.hostManagementPolicy,
    by: "member",
    forbidden: false,
    turnOff: async ({ own }) => {
      const iam = new IAM(own(DETAILS));
      const RoleName = awsNames.hostManagementRole;
      const { AttachedPolicies = [] } = await iam.listAttachedRolePolicies({ RoleName });
      for (const { PolicyArn } of AttachedPolicies) await iam.detachRolePolicy({ RoleName, PolicyArn });
    },
    shownBy: ({ attachments }) => attachments,
  },
  {
    type: "aws:iam/role:Role",
    drifts: () => names.hostManagementRole,
    by: "member",
    forbidden: false,
    turnOff: ({ own }) => new IAM(own(DETAILS)).deleteRole({ RoleName: awsNames.hostManagementRole }),
    shownBy: ({ roles }) => roles.filter((arn) => arn.endsWith(awsNames.hostManagementRole)),
  },
  {
    type: "aws:ssm/association:Association",
    drifts: () => names.inventory(WHOLE),
    by: "member",
    forbidden: false,
    turnOff: async ({ own }) => {
      const ssm = new SSM(own(WHOLE));
      const { Associations = [] } = await ssm.listAssociations({});
      const found = Associations.find(({ AssociationName }) => AssociationName === awsNames.inventory);
      await ssm.deleteAssociation({ AssociationId: found?.AssociationId });
    },
    shownBy: (state) => state.inEach[WHOLE]?.schedules,
  },
];

/** Why nobody turns these types off in that test: what is not in a member of the organization that has every option. */
export const NOT_TURNED_OFF_IN_MEMBER: Readonly<Record<string, string>> = {
  "aws:securityhub/inviteAccepter:InviteAccepter":
    "of accounts outside of the organization: test/e2e/outside-members.test.ts",
  "aws:guardduty/detectorFeature:DetectorFeature": "the same",
};
