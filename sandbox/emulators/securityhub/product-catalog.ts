/** AWS's own integrations, which an account takes findings from as soon as Security Hub is enabled. */
export const awsProducts: readonly string[] = [
  "aws/access-analyzer",
  "aws/config",
  "aws/firewall-manager",
  "aws/guardduty",
  "aws/health",
  "aws/inspector",
  "aws/macie",
  "aws/securityhub",
  "aws/ssm-patch-manager",
];

/** An integrated product: findings come under its ARN. */
export interface Product {
  /** `company/product`, as in its ARN. */
  readonly path: string;
  readonly company: string;
  readonly name: string;
}

/** The integrations that the sandbox knows. Paths of partners are from the documentation of available integrations. */
export const products: readonly Product[] = [
  { path: "aws/access-analyzer", company: "AWS", name: "IAM Access Analyzer" },
  { path: "aws/config", company: "AWS", name: "Config" },
  { path: "aws/firewall-manager", company: "AWS", name: "Firewall Manager" },
  { path: "aws/guardduty", company: "Amazon", name: "GuardDuty" },
  { path: "aws/health", company: "AWS", name: "Health" },
  { path: "aws/inspector", company: "Amazon", name: "Inspector" },
  { path: "aws/macie", company: "Amazon", name: "Macie" },
  { path: "aws/securityhub", company: "AWS", name: "Security Hub" },
  { path: "aws/ssm-patch-manager", company: "AWS", name: "Systems Manager Patch Manager" },
  { path: "alertlogic/althreatmanagement", company: "Alert Logic", name: "Threat Management" },
  { path: "aquasecurity/aquasecurity", company: "Aqua Security", name: "Aqua Security" },
  { path: "aqua-security/kube-bench", company: "Aqua Security", name: "Kube-bench" },
  { path: "cloud-custodian/cloud-custodian", company: "Cloud Custodian", name: "Cloud Custodian" },
  { path: "crowdstrike/crowdstrike-falcon", company: "CrowdStrike", name: "CrowdStrike Falcon" },
  { path: "prowler/prowler", company: "Prowler", name: "Prowler" },
  { path: "sysdig/sysdig-secure-for-cloud", company: "Sysdig", name: "Sysdig Secure for Cloud" },
  { path: "tenable/tenable-io", company: "Tenable", name: "Tenable.io" },
  { path: "wiz-security/wiz-security", company: "Wiz", name: "Wiz Security" },
];
