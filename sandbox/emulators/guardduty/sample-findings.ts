import type { Finding, Resource } from "@aws-sdk/client-guardduty";

/** Types that CreateSampleFindings makes when none is asked for, with GuardDuty's severity. A selection of AWS's list. */
const severities: Readonly<Record<string, number>> = {
  "UnauthorizedAccess:EC2/SSHBruteForce": 2,
  "UnauthorizedAccess:EC2/MaliciousIPCaller.Custom": 5,
  "Backdoor:EC2/C&CActivity.B!DNS": 8,
  "CryptoCurrency:EC2/BitcoinTool.B!DNS": 8,
  "Recon:EC2/PortProbeUnprotectedPort": 2,
  "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS": 8,
  "UnauthorizedAccess:IAMUser/ConsoleLoginSuccess.B": 5,
  "Stealth:IAMUser/CloudTrailLoggingDisabled": 2,
  "Policy:IAMUser/RootCredentialUsage": 2,
  "Policy:S3/BucketBlockPublicAccessDisabled": 2,
  "Policy:S3/BucketAnonymousAccessGranted": 8,
  "Exfiltration:S3/AnomalousBehavior": 8,
  "Execution:EC2/MaliciousFile": 8,
  "Discovery:Kubernetes/SuccessfulAnonymousAccess": 5,
  "CredentialAccess:RDS/AnomalousBehavior.SuccessfulLogin": 8,
  "Backdoor:Lambda/C&CActivity.B": 8,
};

export const sampleTypes = Object.keys(severities);

/** What a type says: its purpose, the resource it affects, and the rest. */
const typePattern = /^[A-Za-z]+:(?<resource>[A-Za-z0-9]+)\/[\w.!&-]+$/;

export function isFindingType(type: string): boolean {
  return typePattern.test(type);
}

function affected(kind: string | undefined, partition: string): Resource {
  switch (kind) {
    case "IAMUser":
      return {
        ResourceType: "AccessKey",
        AccessKeyDetails: {
          AccessKeyId: "GeneratedFindingAccessKeyId",
          PrincipalId: "GeneratedFindingPrincipalId",
          UserName: "GeneratedFindingUserName",
          UserType: "IAMUser",
        },
      };
    case "S3":
      return {
        ResourceType: "S3Bucket",
        S3BucketDetails: [{ Name: "bucketName", Arn: `arn:${partition}:s3:::bucketName`, Type: "Destination" }],
      };
    case "Kubernetes":
      return { ResourceType: "EKSCluster", EksClusterDetails: { Name: "GeneratedFindingEKSClusterName" } };
    case "RDS":
      return {
        ResourceType: "RDSDBInstance",
        RdsDbInstanceDetails: { DbInstanceIdentifier: "GeneratedFindingDBInstanceId", Engine: "Aurora PostgreSQL" },
      };
    case "Lambda":
      return { ResourceType: "Lambda", LambdaDetails: { FunctionName: "GeneratedFindingLambdaFunctionName" } };
    default:
      return {
        ResourceType: "Instance",
        InstanceDetails: { InstanceId: "i-99999999", InstanceType: "m3.xlarge", InstanceState: "running" },
      };
  }
}

/** A sample finding of one type, as GuardDuty marks it: "[SAMPLE]" in the title and `sample` in the additional information. */
export function sampleFinding(
  type: string,
  where: {
    readonly partition: string;
    readonly accountId: string;
    readonly region: string;
    readonly detectorId: string;
  },
  id: string,
  at: Date,
): Finding {
  const { partition, accountId, region, detectorId } = where;
  const time = at.toISOString();
  return {
    SchemaVersion: "2.0",
    AccountId: accountId,
    Region: region,
    Partition: partition,
    Id: id,
    Arn: `arn:${partition}:guardduty:${region}:${accountId}:detector/${detectorId}/finding/${id}`,
    Type: type,
    Severity: severities[type] ?? 5,
    Title: `[SAMPLE] ${type}`,
    Description: `A sample finding of the type ${type}.`,
    Resource: affected(typePattern.exec(type)?.groups?.resource, partition),
    Service: {
      ServiceName: "guardduty",
      DetectorId: detectorId,
      ResourceRole: "TARGET",
      Archived: false,
      Count: 1,
      EventFirstSeen: time,
      EventLastSeen: time,
      AdditionalInfo: { Value: '{"sample":true}', Type: "default" },
    },
    CreatedAt: time,
    UpdatedAt: time,
  };
}
