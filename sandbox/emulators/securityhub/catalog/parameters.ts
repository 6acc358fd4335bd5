import type { ParameterDefinition } from "@aws-sdk/client-securityhub";

type Parameters = Readonly<Record<string, ParameterDefinition>>;

function integer(description: string, min: number, max: number, defaultValue?: number): ParameterDefinition {
  const options = { Min: min, Max: max, ...(defaultValue === undefined ? {} : { DefaultValue: defaultValue }) };
  return { Description: description, ConfigurationOptions: { Integer: options } };
}

function boolean(description: string, defaultValue: boolean): ParameterDefinition {
  return { Description: description, ConfigurationOptions: { Boolean: { DefaultValue: defaultValue } } };
}

function oneOf(description: string, allowed: string[], defaultValue?: string): ParameterDefinition {
  const options = { AllowedValues: allowed, ...(defaultValue === undefined ? {} : { DefaultValue: defaultValue }) };
  return { Description: description, ConfigurationOptions: { Enum: options } };
}

const requiredTags: Parameters = {
  requiredTagKeys: {
    Description: "Tag keys that the resource must carry",
    ConfigurationOptions: { StringList: { MaxItems: 6, Re2Expression: "^(?!aws:)[a-zA-Z+=._:/-]{1,128}$" } },
  },
};

const s3Events = [
  "s3:IntelligentTiering",
  "s3:LifecycleExpiration:*",
  "s3:LifecycleExpiration:Delete",
  "s3:LifecycleExpiration:DeleteMarkerCreated",
  "s3:LifecycleTransition",
  "s3:ObjectAcl:Put",
  "s3:ObjectCreated:*",
  "s3:ObjectCreated:CompleteMultipartUpload",
  "s3:ObjectCreated:Copy",
  "s3:ObjectCreated:Post",
  "s3:ObjectCreated:Put",
  "s3:ObjectRemoved:*",
  "s3:ObjectRemoved:Delete",
  "s3:ObjectRemoved:DeleteMarkerCreated",
  "s3:ObjectRestore:*",
  "s3:ObjectRestore:Completed",
  "s3:ObjectRestore:Delete",
  "s3:ObjectRestore:Post",
  "s3:ObjectTagging:*",
  "s3:ObjectTagging:Delete",
  "s3:ObjectTagging:Put",
];

const definitions: Readonly<Record<string, Parameters>> = {
  "ACM.1": { daysToExpiration: integer("Days before expiry in which a certificate must be renewed", 14, 365, 30) },
  "APIGateway.1": { loggingLevel: oneOf("Logging level", ["ERROR", "INFO"]) },
  "CloudWatch.15": {
    alarmActionRequired: boolean("Whether an action is required for the state ALARM", true),
    insufficientDataActionRequired: boolean("Whether an action is required for the state INSUFFICIENT_DATA", false),
    okActionRequired: boolean("Whether an action is required for the state OK", false),
  },
  "CloudWatch.16": {
    minRetentionTime: oneOf("Least retention in days", ["365", "400", "545", "731", "1827", "3653"], "365"),
  },
  "DynamoDB.1": {
    minProvisionedReadCapacity: integer("Least provisioned read capacity units", 1, 40000),
    targetReadUtilization: integer("Target read utilization in percent", 20, 90),
    minProvisionedWriteCapacity: integer("Least provisioned write capacity units", 1, 40000),
    targetWriteUtilization: integer("Target write utilization in percent", 20, 90),
  },
  "EC2.4": { AllowedDays: integer("Days that an instance may be stopped", 1, 365, 30) },
  "EC2.18": {
    authorizedTcpPorts: {
      Description: "TCP ports that may be open to the world",
      ConfigurationOptions: { IntegerList: { DefaultValue: [80, 443], Min: 1, Max: 65535, MaxItems: 32 } },
    },
    authorizedUdpPorts: {
      Description: "UDP ports that may be open to the world",
      ConfigurationOptions: { IntegerList: { Min: 1, Max: 65535, MaxItems: 32 } },
    },
  },
  "ElastiCache.1": { snapshotRetentionPeriod: integer("Least retention of snapshots in days", 1, 35, 1) },
  "IAM.7": {
    RequireUppercaseCharacters: boolean("Require an uppercase character", true),
    RequireLowercaseCharacters: boolean("Require a lowercase character", true),
    RequireSymbols: boolean("Require a symbol", true),
    RequireNumbers: boolean("Require a number", true),
    MinimumPasswordLength: integer("Least number of characters", 8, 128, 8),
    PasswordReusePrevention: integer("Number of old passwords that cannot be used again", 12, 24),
    MaxPasswordAge: integer("Days until a password expires", 1, 90),
  },
  "Lambda.5": { availabilityZones: oneOf("Least number of Availability Zones", ["2", "3", "4", "5", "6"], "2") },
  "RDS.6": { monitoringInterval: oneOf("Seconds between monitoring samples", ["1", "5", "10", "15", "30", "60"]) },
  "RDS.11": {
    backupRetentionMinimum: integer("Least retention of backups in days", 7, 35, 7),
    checkReadReplicas: boolean("Whether read replicas are checked too", false),
  },
  "Redshift.3": { MinRetentionPeriod: integer("Least retention of snapshots in days", 7, 35, 7) },
  "S3.11": {
    eventTypes: {
      Description: "Event types of which one must be notified",
      ConfigurationOptions: { EnumList: { MaxItems: 28, AllowedValues: s3Events } },
    },
  },
  "S3.13": {
    targetTransitionDays: integer("Days until objects move to another storage class", 1, 36500),
    targetExpirationDays: integer("Days until objects expire", 1, 36500),
    targetTransitionStorageClass: oneOf("Storage class that objects move to", [
      "STANDARD_IA",
      "INTELLIGENT_TIERING",
      "ONEZONE_IA",
      "GLACIER",
      "GLACIER_IR",
      "DEEP_ARCHIVE",
    ]),
  },
  "SecretsManager.1": { maximumAllowedRotationFrequency: integer("Most days between rotations", 1, 365) },
  "SecretsManager.3": { unusedForDays: integer("Days that a secret may be unused", 1, 365, 90) },
  "SecretsManager.4": { maxDaysSinceRotation: integer("Most days since the last rotation", 1, 180, 90) },
  "StepFunctions.1": { logLevel: oneOf("Least logging level", ["ALL", "ERROR", "FATAL"]) },
  "CloudTrail.9": requiredTags,
  "DynamoDB.5": requiredTags,
  "EC2.43": requiredTags,
  "EC2.45": requiredTags,
  "EC2.46": requiredTags,
  "GuardDuty.4": requiredTags,
  "IAM.24": requiredTags,
  "IAM.25": requiredTags,
  "Lambda.6": requiredTags,
  "SNS.3": requiredTags,
  "SQS.2": requiredTags,
};

/**
 * The parameters of a control that can be customized: names, types, ranges and defaults as the Security Hub controls
 * reference documents them. Undefined for a control that has none.
 */
export function parametersOf(controlId: string): Parameters | undefined {
  return definitions[controlId];
}
