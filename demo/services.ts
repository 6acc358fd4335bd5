import type { OperationEvent } from "./client.ts";
import { table } from "./screen.ts";

/** What a deployment has put where: counted from the steps that its operation tells. */
export interface Tally {
  add(event: OperationEvent): void;
  /** One row per service and account, one column per region. Accounts are named as told. */
  table(accountNames?: Readonly<Record<string, string>>): string;
}

/** The names that AWS's consoles show, by the module of a resource type. */
const SERVICES: Readonly<Record<string, string>> = {
  accessanalyzer: "IAM Access Analyzer",
  account: "Account settings",
  cfg: "AWS Config",
  cloudtrail: "CloudTrail",
  cloudwatch: "CloudWatch",
  ebs: "EC2",
  ec2: "EC2",
  guardduty: "GuardDuty",
  iam: "IAM",
  inspector2: "Inspector",
  kms: "KMS",
  lambda: "Lambda",
  organizations: "Organizations",
  s3: "S3",
  s3control: "S3",
  scheduler: "EventBridge Scheduler",
  securityhub: "Security Hub CSPM",
  sns: "SNS",
  sqs: "SQS",
  ssm: "Systems Manager",
};

/** The column of what an account has once: roles, its password policy, its contacts. */
const GLOBAL = "global";

interface Put {
  readonly service: string;
  readonly accountId: string;
  readonly region: string;
}

/** Makes an empty tally. */
export function createTally(): Tally {
  const put = new Map<string, Put>();
  return {
    add({ type, data }) {
      const { status, urn, resourceType, accountId, region } = data as Record<string, string | undefined>;
      if (type !== "step" || status !== "succeeded" || urn === undefined) return;
      if (resourceType === undefined || accountId === undefined || resourceType.startsWith("pulumi:")) return;
      put.set(urn, { service: serviceOf(resourceType), accountId, region: region ?? GLOBAL });
    },
    table(accountNames) {
      const all = [...put.values()];
      const regions = [...new Set(all.map(({ region }) => region))].sort(
        (one, other) => Number(one === GLOBAL) - Number(other === GLOBAL) || one.localeCompare(other),
      );
      const rows = new Map<string, Put[]>();
      for (const one of all) {
        const key = `${accountNames === undefined ? "" : `${accountNames[one.accountId] ?? one.accountId}\t`}${one.service}`;
        rows.set(key, [...(rows.get(key) ?? []), one]);
      }
      const body = [...rows].sort(([one], [other]) => one.localeCompare(other));
      return table(
        [...(accountNames === undefined ? [] : ["account"]), "service", ...regions],
        body.map(([key, ones]) => [
          ...key.split("\t"),
          ...regions.map((region) => {
            const count = ones.filter((one) => one.region === region).length;
            return count === 0 ? "" : String(count);
          }),
        ]),
      );
    },
  };
}

/** `aws:securityhub/account:Account` and `aws-native:guardduty:ThreatEntitySet` are of the services after their first colon. */
function serviceOf(resourceType: string): string {
  const module = /^[^:]+:([^:/]+)/.exec(resourceType)?.[1] ?? resourceType;
  return SERVICES[module] ?? module;
}
