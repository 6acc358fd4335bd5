import { accessKeyDeactivationRemediation } from "./access-key-deactivation/remediation.ts";
import { configRecordingRepair } from "./config-recording/repair.ts";
import { defaultSecurityGroupClosedRemediation } from "./default-security-group-closed/remediation.ts";
import { ebsEncryptionDefaultRepair } from "./ebs-encryption-default/repair.ts";
import { ec2Imdsv2Remediation } from "./ec2-imdsv2/remediation.ts";
import { ec2IsolationRemediation } from "./ec2-isolation/remediation.ts";
import { guardDutyDetectorRepair } from "./guardduty-detector/repair.ts";
import { hostPatchNowRun } from "./host-patch-now/run.ts";
import { hostRemediation } from "./host-run.ts";
import { hostSensitiveScanRun } from "./host-sensitive-scan/run.ts";
import { hostVirusScanRun } from "./host-virus-scan/run.ts";
import { iamPasswordPolicyRepair } from "./iam-password-policy/repair.ts";
import { iamRoleQuarantineRemediation } from "./iam-role-quarantine/remediation.ts";
import { iamUserQuarantineRemediation } from "./iam-user-quarantine/remediation.ts";
import { kmsRotationRemediation } from "./kms-rotation/remediation.ts";
import { MANIFESTS } from "./manifests.ts";
import { organizationTrailRepair } from "./organization-trail/repair.ts";
import { publicSnapshotsEbsRemediation } from "./public-snapshots-ebs/remediation.ts";
import { publicSnapshotsRdsRemediation } from "./public-snapshots-rds/remediation.ts";
import { rdsPublicAccessRemediation } from "./rds-public-access/remediation.ts";
import type { AnyRemediation } from "./remediation.ts";
import { repairRemediation } from "./repair.ts";
import { s3PublicAccessBlockRemediation } from "./s3-public-access-block/remediation.ts";
import { s3TlsOnlyRemediation } from "./s3-tls-only/remediation.ts";
import { securityGroupOpenPortsRemediation } from "./security-group-open-ports/remediation.ts";
import { unauthorizedPrincipalsKmsRemediation } from "./unauthorized-principals-kms/remediation.ts";
import { unauthorizedPrincipalsLambdaRemediation } from "./unauthorized-principals-lambda/remediation.ts";
import { unauthorizedPrincipalsRoleRemediation } from "./unauthorized-principals-role/remediation.ts";
import { unauthorizedPrincipalsS3Remediation } from "./unauthorized-principals-s3/remediation.ts";
import { unauthorizedPrincipalsSecretsManagerRemediation } from "./unauthorized-principals-secretsmanager/remediation.ts";
import { unauthorizedPrincipalsSnsRemediation } from "./unauthorized-principals-sns/remediation.ts";
import { unauthorizedPrincipalsSqsRemediation } from "./unauthorized-principals-sqs/remediation.ts";
import { unusedCredentialsRemediation } from "./unused-credentials/remediation.ts";
import { vpcFlowLogsRepair } from "./vpc-flow-logs/repair.ts";

const ALL: readonly AnyRemediation[] = [
  accessKeyDeactivationRemediation,
  repairRemediation(configRecordingRepair),
  defaultSecurityGroupClosedRemediation,
  repairRemediation(ebsEncryptionDefaultRepair),
  ec2Imdsv2Remediation,
  ec2IsolationRemediation,
  repairRemediation(guardDutyDetectorRepair),
  hostRemediation(hostPatchNowRun),
  hostRemediation(hostSensitiveScanRun),
  hostRemediation(hostVirusScanRun),
  repairRemediation(iamPasswordPolicyRepair),
  iamRoleQuarantineRemediation,
  iamUserQuarantineRemediation,
  kmsRotationRemediation,
  repairRemediation(organizationTrailRepair),
  publicSnapshotsEbsRemediation,
  publicSnapshotsRdsRemediation,
  rdsPublicAccessRemediation,
  s3PublicAccessBlockRemediation,
  s3TlsOnlyRemediation,
  securityGroupOpenPortsRemediation,
  unauthorizedPrincipalsKmsRemediation,
  unauthorizedPrincipalsLambdaRemediation,
  unauthorizedPrincipalsRoleRemediation,
  unauthorizedPrincipalsS3Remediation,
  unauthorizedPrincipalsSecretsManagerRemediation,
  unauthorizedPrincipalsSnsRemediation,
  unauthorizedPrincipalsSqsRemediation,
  unusedCredentialsRemediation,
  repairRemediation(vpcFlowLogsRepair),
];

/** What can be done about findings: those remediations whose manifests are listed, and so have roles in the accounts. */
export const REMEDIATIONS: readonly AnyRemediation[] = ALL.filter(({ manifest }) =>
  MANIFESTS.some(({ name }) => name === manifest.name),
);
