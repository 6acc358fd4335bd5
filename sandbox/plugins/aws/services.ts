import type { ResourceTypes } from "../provider/resource.ts";

/** The services, by the module of their type tokens (`aws:<module>/...`). Each is loaded when its first resource is met. */
export const awsServices: Readonly<Record<string, () => Promise<ResourceTypes>>> = {
  accessanalyzer: () => import("./accessanalyzer.ts").then((service) => service.accessAnalyzer),
  cfg: () => import("./cfg.ts").then((service) => service.cfg),
  cloudwatch: () => import("./cloudwatch.ts").then((service) => service.cloudWatch),
  ebs: () => import("./ebs.ts").then((service) => service.ebs),
  guardduty: () => import("./guardduty.ts").then((service) => service.guardDuty),
  iam: () => import("./iam.ts").then((service) => service.iam),
  kms: () => import("./kms.ts").then((service) => service.kms),
  organizations: () => import("./organizations.ts").then((service) => service.organizations),
  s3: () => import("./s3.ts").then((service) => service.s3),
  securityhub: () => import("./securityhub.ts").then((service) => service.securityHub),
  sqs: () => import("./sqs.ts").then((service) => service.sqs),
};
