import { type AccountLinkedService, SERVICE_LINKED_ROLES, serviceLinkedRoleArn } from "../baseline/linked-services.ts";
import { enablerId } from "../inspector-adoption.ts";
import { arn } from "../partition.ts";
import { productSubscriptionArn as subscriptionArnOf } from "../products.ts";
import { resourceTypes } from "../resource-types.ts";
import type { Sought, Way } from "./sought.ts";

type Id = (sought: Sought) => string | undefined;

const named = (id: Id): Way => ({ by: "name", id });
/** Of a thing that has no region, and so none in its import id. */
const namedInAccount = (id: Id): Way => ({ by: "name", id, global: true });

const accountOfCall: Id = ({ accountId }) => accountId;
const input =
  (property: string): Id =>
  ({ inputs }) => {
    const value = inputs[property];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
/** The inputs joined, or undefined where one is missing. */
const joined =
  (separator: string, ...ids: readonly Id[]): Id =>
  (sought) => {
    const parts = ids.map((id) => id(sought));
    return parts.includes(undefined) ? undefined : parts.join(separator);
  };

const bucketPart = named(input("bucket"));
const recorder = named(input("name"));
const administrator = named(input("adminAccountId"));

/** Targets and tasks of maintenance windows have ids of their own, and are imported as `<window>/<id>`. */
const windowPart: Way = { by: "listing", listing: "patchWindowPart", within: input("windowId") };

/** The default event bus is left out of import ids, as the provider leaves it out of its own. */
const onBus =
  (id: Id): Id =>
  (sought) => {
    const bus = input("eventBusName")(sought);
    return bus === undefined || bus === "default" ? id(sought) : joined("/", () => bus, id)(sought);
  };

/**
 * How each type of resource that the programs declare is found again after its creation was interrupted, by its Pulumi type. Ids are
 * import ids without the region, as the section "Import" of each type in the AWS provider's documentation has them.
 */
export const WAYS: Readonly<Record<string, Way>> = {
  "pulumi:pulumi:Stack": { by: "nothing" },
  "pulumi:providers:aws": { by: "nothing" },
  "pulumi:providers:aws-native": { by: "nothing" },

  [resourceTypes.hub]: named(accountOfCall),
  [resourceTypes.standard]: named(subscriptionArn),
  [resourceTypes.hubMember]: named(input("accountId")),
  [resourceTypes.hubInvitation]: named(accountOfCall),
  [resourceTypes.hubAdministrator]: administrator,
  "aws:securityhub/organizationConfiguration:OrganizationConfiguration": named(accountOfCall),
  [resourceTypes.findingAggregator]: { by: "listing", listing: "findingAggregator" },
  [resourceTypes.controlAssociation]: named(joined(",", input("securityControlId"), input("standardsArn"))),
  [resourceTypes.productSubscription]: named(joined(",", input("productArn"), productSubscriptionArn)),
  "aws:securityhub/automationRule:AutomationRule": { by: "listing", listing: "automationRule" },
  "aws:securityhub/insight:Insight": { by: "listing", listing: "insight" },
  [resourceTypes.customAction]: named(customActionArn),
  [resourceTypes.configurationPolicy]: { by: "listing", listing: "configurationPolicy" },
  [resourceTypes.policyAssociation]: named(input("targetId")),
  "aws-native:securityhub:PolicyAssociation": named(input("targetId")),
  "aws-native:securityhub:SecurityControl": named(
    (sought) => input("securityControlId")(sought) ?? input("securityControlArn")(sought)?.split("/").at(-1),
  ),

  [resourceTypes.detector]: { by: "listing", listing: "detector" },
  [resourceTypes.detectorMember]: named(joined(":", input("detectorId"), input("accountId"))),
  [resourceTypes.detectorAdministrator]: administrator,
  "aws:guardduty/organizationConfiguration:OrganizationConfiguration": named(input("detectorId")),

  [resourceTypes.memberPlan]: { by: "setting" },
  [resourceTypes.plan]: { by: "setting" },
  [resourceTypes.organizationPlan]: { by: "setting" },
  [resourceTypes.findingsExport]: { by: "listing", listing: "findingsExport" },
  [resourceTypes.suppression]: named(joined(":", input("detectorId"), input("name"))),
  [resourceTypes.trustedEntitySet]: { by: "listing", listing: "entitySet" },
  [resourceTypes.threatEntitySet]: { by: "listing", listing: "entitySet" },

  [resourceTypes.recorder]: recorder,
  [resourceTypes.recorderStatus]: recorder,
  [resourceTypes.deliveryChannel]: named(input("name")),
  "aws:cfg/conformancePack:ConformancePack": named(input("name")),
  "aws:cfg/rule:Rule": named(input("name")),
  "aws:cfg/configurationAggregator:ConfigurationAggregator": named(input("name")),
  "aws:iam/role:Role": namedInAccount(input("name")),
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": namedInAccount(joined("/", input("role"), input("policyArn"))),
  [resourceTypes.inspectorMember]: named(input("accountId")),
  [resourceTypes.inspectorScans]: named(scansId),
  [resourceTypes.inspectorAdministrator]: named(input("accountId")),
  "aws:inspector2/organizationConfiguration:OrganizationConfiguration": named(accountOfCall),
  "aws-native:inspectorv2:CisScanConfiguration": { by: "listing", listing: "cisScan" },
  [resourceTypes.ebsEncryption]: named(() => "default"),
  [resourceTypes.snapshotSharing]: named(({ region }) => region),
  [resourceTypes.imageSharing]: named(({ region }) => region),
  // The call that sets these is made again; their providers import none, or by an id that the inputs don't tell.
  [resourceTypes.instanceMetadata]: { by: "nothing" },
  [resourceTypes.defaultSecurityGroup]: { by: "nothing" },
  "aws:ec2/flowLog:FlowLog": { by: "listing", listing: "flowLog" },
  [resourceTypes.securityContact]: namedInAccount(input("alternateContactType")),
  [resourceTypes.publicAccessBlock]: namedInAccount((sought) => input("accountId")(sought) ?? sought.accountId),
  [resourceTypes.passwordPolicy]: namedInAccount(() => "iam-account-password-policy"),
  [resourceTypes.serviceSetting]: named(input("settingId")),
  [resourceTypes.association]: { by: "listing", listing: "association" },
  [resourceTypes.parameter]: named(input("name")),
  [resourceTypes.ssmDocument]: named(input("name")),
  "aws:iam/policy:Policy": namedInAccount(policyArn),
  "aws:ssm/patchBaseline:PatchBaseline": { by: "listing", listing: "patchBaseline" },
  "aws:ssm/patchGroup:PatchGroup": named(joined(",", input("patchGroup"), input("baselineId"))),
  // There is always a default; registering it again changes nothing.
  [resourceTypes.defaultPatchBaseline]: { by: "nothing" },
  "aws:ssm/maintenanceWindow:MaintenanceWindow": { by: "listing", listing: "patchWindow" },
  "aws:ssm/maintenanceWindowTarget:MaintenanceWindowTarget": windowPart,
  "aws:ssm/maintenanceWindowTask:MaintenanceWindowTask": windowPart,
  [resourceTypes.serviceLinkedRole]: namedInAccount(linkedRoleArn),

  [resourceTypes.analyzer]: { by: "listing", listing: "analyzer" },
  [resourceTypes.archiveRule]: named(joined("/", input("analyzerName"), input("ruleName"))),
  [resourceTypes.trustedAccess]: namedInAccount(input("servicePrincipal")),
  [resourceTypes.delegatedAdministrator]: namedInAccount(joined("/", input("accountId"), input("servicePrincipal"))),
  [resourceTypes.rootAccess]: { by: "listing", listing: "rootAccess", global: true },
  [resourceTypes.trailAdministrator]: namedInAccount(input("accountId")),
  "aws:cloudtrail/trail:Trail": named((sought) => joined("/", () => trailPrefix(sought), input("name"))(sought)),
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": bucketPart,
  [resourceTypes.organizationPolicy]: { by: "listing", listing: "policy", global: true },
  [resourceTypes.organizationPolicyAttachment]: namedInAccount(joined(":", input("targetId"), input("policyId"))),

  "aws:kms/key:Key": { by: "listing", listing: "key" },
  "aws:s3/bucket:Bucket": { by: "listing", listing: "bucket" },
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": bucketPart,
  "aws:s3/bucketPolicy:BucketPolicy": bucketPart,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": bucketPart,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": bucketPart,
  "aws:s3/bucketVersioning:BucketVersioning": bucketPart,

  "aws:sqs/queue:Queue": { by: "listing", listing: "queue" },
  "aws:sqs/queuePolicy:QueuePolicy": named(input("queueUrl")),
  "aws:cloudwatch/eventRule:EventRule": { by: "listing", listing: "rule" },
  "aws:cloudwatch/eventTarget:EventTarget": named(onBus(joined("/", input("rule"), input("targetId")))),

  "aws:lambda/function:Function": named(input("name")),
  // One of the same queue and function is refused (Lambda API reference, CreateEventSourceMapping).
  "aws:lambda/eventSourceMapping:EventSourceMapping": { by: "listing", listing: "eventSource" },
  "aws:lambda/permission:Permission": named(joined("/", input("function"), input("statementId"))),
  "aws:lambda/functionUrl:FunctionUrl": named(input("functionName")),
  "aws:dynamodb/table:Table": named(input("name")),

  [resourceTypes.topic]: named(topicArn),
  "aws:sns/topicPolicy:TopicPolicy": named(input("arn")),
  // Subscribing again answers with the subscription that is there (SNS API, Subscribe).
  "aws:sns/topicSubscription:TopicSubscription": { by: "nothing" },
  "aws:cloudwatch/logGroup:LogGroup": named(input("name")),
  "aws:cloudwatch/metricAlarm:MetricAlarm": named(input("name")),
  "aws:cloudwatch/dashboard:Dashboard": named(input("dashboardName")),
  "aws:scheduler/schedule:Schedule": named(
    (sought) => `${input("groupName")(sought) ?? "default"}/${input("name")(sought) ?? ""}`,
  ),
  "aws:iam/rolePolicy:RolePolicy": namedInAccount(joined(":", input("role"), input("name"))),
};

/**
 * The id by which a provider imports what was found. AWS provider 7 takes the region of regional resources after an `@` ("Enhanced region
 * support"); the providers of `aws-native` have one region each.
 */
export function importId(sought: Sought, way: Way, id: string): string {
  const { type, region } = sought;
  const within = way.by === "listing" ? way.within?.(sought) : undefined;
  const whole = within === undefined ? id : `${within}/${id}`;
  const regional = type.startsWith("aws:") && !(way.by !== "nothing" && way.by !== "setting" && way.global === true);
  return regional && region !== undefined ? `${whole}@${region}` : whole;
}

/** `arn:aws:securityhub:<region>::standards/<name>/v/<version>` is subscribed to as `...:<account>:subscription/<name>/v/<version>`. */
function subscriptionArn(sought: Sought): string | undefined {
  const standard = /:standards\/(.+)$/.exec(input("standardsArn")(sought) ?? "")?.[1];
  const { partition, region, accountId } = sought;
  if (standard === undefined || region === undefined) return undefined;
  return arn(partition, "securityhub", region, accountId, `subscription/${standard}`);
}

function policyArn(sought: Sought): string | undefined {
  const name = input("name")(sought);
  return name === undefined ? undefined : arn(sought.partition, "iam", "", sought.accountId, `policy/${name}`);
}

function topicArn(sought: Sought): string | undefined {
  const { partition, region, accountId } = sought;
  const name = input("name")(sought);
  return name === undefined || region === undefined ? undefined : arn(partition, "sns", region, accountId, name);
}

function customActionArn(sought: Sought): string | undefined {
  const { partition, region, accountId } = sought;
  const id = input("identifier")(sought);
  if (id === undefined || region === undefined) return undefined;
  return arn(partition, "securityhub", region, accountId, `action/custom/${id}`);
}

/** The ARN of a trail without its name. */
function trailPrefix({ partition, region, accountId }: Sought): string | undefined {
  return region === undefined ? undefined : arn(partition, "cloudtrail", region, accountId, "trail");
}

function scansId({ inputs }: Sought): string | undefined {
  const [accountId, ...others] = Array.isArray(inputs.accountIds) ? inputs.accountIds : [];
  if (typeof accountId !== "string" || others.length > 0 || !Array.isArray(inputs.resourceTypes)) return undefined;
  return enablerId(accountId, inputs.resourceTypes as string[]);
}

function productSubscriptionArn(sought: Sought): string | undefined {
  const product = /:product\/(.+)$/.exec(input("productArn")(sought) ?? "")?.[1];
  const { partition, region, accountId } = sought;
  if (product === undefined || region === undefined) return undefined;
  return subscriptionArnOf({ partition, region, accountId }, product);
}

function linkedRoleArn(sought: Sought): string | undefined {
  const service = input("awsServiceName")(sought);
  if (service === undefined || !(service in SERVICE_LINKED_ROLES)) return undefined;
  return serviceLinkedRoleArn(sought.partition, sought.accountId, service as AccountLinkedService);
}
