import { accessKeyDeactivation } from "./access-key-deactivation/manifest.ts";
import { configRecording } from "./config-recording/manifest.ts";
import { defaultSecurityGroupClosed } from "./default-security-group-closed/manifest.ts";
import { ebsEncryptionDefault } from "./ebs-encryption-default/manifest.ts";
import { ec2Imdsv2 } from "./ec2-imdsv2/manifest.ts";
import { ec2Isolation } from "./ec2-isolation/manifest.ts";
import { guardDutyDetector } from "./guardduty-detector/manifest.ts";
import { hostPatchNow } from "./host-patch-now/manifest.ts";
import { hostSensitiveScan } from "./host-sensitive-scan/manifest.ts";
import { hostVirusScan } from "./host-virus-scan/manifest.ts";
import { iamPasswordPolicy } from "./iam-password-policy/manifest.ts";
import { iamRoleQuarantine } from "./iam-role-quarantine/manifest.ts";
import { iamUserQuarantine } from "./iam-user-quarantine/manifest.ts";
import { kmsRotation } from "./kms-rotation/manifest.ts";
import type { Manifest } from "./manifest.ts";
import { organizationTrail } from "./organization-trail/manifest.ts";
import { publicSnapshotsEbs } from "./public-snapshots-ebs/manifest.ts";
import { publicSnapshotsRds } from "./public-snapshots-rds/manifest.ts";
import { rdsPublicAccess } from "./rds-public-access/manifest.ts";
import { s3PublicAccessBlock } from "./s3-public-access-block/manifest.ts";
import { s3TlsOnly } from "./s3-tls-only/manifest.ts";
import { securityGroupOpenPorts } from "./security-group-open-ports/manifest.ts";
import { unauthorizedPrincipalsKms } from "./unauthorized-principals-kms/manifest.ts";
import { unauthorizedPrincipalsLambda } from "./unauthorized-principals-lambda/manifest.ts";
import { unauthorizedPrincipalsRole } from "./unauthorized-principals-role/manifest.ts";
import { unauthorizedPrincipalsS3 } from "./unauthorized-principals-s3/manifest.ts";
import { unauthorizedPrincipalsSecretsManager } from "./unauthorized-principals-secretsmanager/manifest.ts";
import { unauthorizedPrincipalsSns } from "./unauthorized-principals-sns/manifest.ts";
import { unauthorizedPrincipalsSqs } from "./unauthorized-principals-sqs/manifest.ts";
import { unusedCredentials } from "./unused-credentials/manifest.ts";
import { vpcFlowLogs } from "./vpc-flow-logs/manifest.ts";

/** Every remediation. One that is added here gets its roles, its custom action and what feeds it with the next deployments. */
export const MANIFESTS: readonly Manifest[] = [
  accessKeyDeactivation,
  configRecording,
  defaultSecurityGroupClosed,
  ebsEncryptionDefault,
  ec2Imdsv2,
  ec2Isolation,
  guardDutyDetector,
  hostPatchNow,
  hostSensitiveScan,
  hostVirusScan,
  iamPasswordPolicy,
  iamRoleQuarantine,
  iamUserQuarantine,
  kmsRotation,
  organizationTrail,
  publicSnapshotsEbs,
  publicSnapshotsRds,
  rdsPublicAccess,
  s3PublicAccessBlock,
  s3TlsOnly,
  securityGroupOpenPorts,
  unauthorizedPrincipalsKms,
  unauthorizedPrincipalsLambda,
  unauthorizedPrincipalsRole,
  unauthorizedPrincipalsS3,
  unauthorizedPrincipalsSecretsManager,
  unauthorizedPrincipalsSns,
  unauthorizedPrincipalsSqs,
  unusedCredentials,
  vpcFlowLogs,
];
