import { accessAnalyzer } from "../emulators/accessanalyzer/access-analyzer.ts";
import { account } from "../emulators/account/account.ts";
import { autoScaling } from "../emulators/autoscaling/emulator.ts";
import { cloudTrail } from "../emulators/cloudtrail/emulator.ts";
import { config } from "../emulators/config/emulator.ts";
import { ec2 } from "../emulators/ec2/emulator.ts";
import { elasticLoadBalancing } from "../emulators/elasticloadbalancing/emulator.ts";
import { guardDuty } from "../emulators/guardduty/emulator.ts";
import { iam } from "../emulators/iam/emulator.ts";
import { inspector2 } from "../emulators/inspector2/emulator.ts";
import { rds } from "../emulators/rds/emulator.ts";
import { securityHub } from "../emulators/securityhub/securityhub.ts";
import { systemsManager } from "../emulators/ssm/emulator.ts";
import { sts } from "../emulators/sts/emulator.ts";
import type { EmulatorFactory } from "./emulator.ts";

/** Who answers the calls of an AWS service. */
export type Owner = "emulator" | "ministack" | "moto";

/**
 * Every AWS service of the sandbox by its signing name. A service that is not here is answered with an error that
 * names it: MiniStack and moto know many more, but nothing in Bulwark was tried with them.
 */
const OWNERS: Readonly<Record<string, Owner>> = {
  // Emulated by the gateway: what neither of the others has, and Bulwark lives on.
  "access-analyzer": "emulator",
  account: "emulator",
  config: "emulator",
  guardduty: "emulator",
  inspector2: "emulator",
  organizations: "emulator",
  securityhub: "emulator",
  ssm: "emulator",
  // Where things must run or be enforced.
  apigateway: "ministack",
  cloudcontrolapi: "ministack",
  cloudformation: "ministack",
  cloudtrail: "ministack", // But for the operations of its emulator.
  dynamodb: "ministack",
  events: "ministack",
  firehose: "ministack",
  iam: "ministack", // But for the operations of its emulator.
  kms: "ministack",
  lambda: "ministack",
  logs: "ministack",
  monitoring: "ministack",
  s3: "ministack",
  scheduler: "ministack",
  secretsmanager: "ministack",
  sns: "ministack",
  sqs: "ministack",
  states: "ministack",
  sts: "ministack", // But for the operations of its emulator.
  tagging: "ministack",
  // Inventory that remediations change.
  autoscaling: "moto",
  ec2: "moto", // But for the operations of its emulator.
  elasticloadbalancing: "moto",
  rds: "moto",
};

/** S3 Control signs as `s3`; its account-level public access block is moto's. */
const ACCOUNT_PUBLIC_ACCESS_BLOCK = "/v20180820/configuration/publicAccessBlock";

/** The owner of a call by signing name and path; undefined when nothing serves it. */
export function ownerOf(signingName: string, path: string): Owner | undefined {
  if (signingName === "s3" && path.startsWith(ACCOUNT_PUBLIC_ACCESS_BLOCK)) return "moto";
  return OWNERS[signingName];
}

/**
 * botocore folders of the proxied services whose input the gateway checks: those that Bulwark lives on. S3 is not among
 * them: its bodies are streams, and it has its own words for most of what is wrong. What an emulator serves it checks itself.
 */
const CHECKED_MODELS: Readonly<Record<string, string>> = {
  cloudformation: "cloudformation",
  cloudtrail: "cloudtrail",
  ec2: "ec2",
  events: "events",
  iam: "iam",
  kms: "kms",
  logs: "logs",
  monitoring: "cloudwatch",
  scheduler: "scheduler",
  sns: "sns",
  sqs: "sqs",
  sts: "sts",
};

/** The botocore folder to check a proxied call's input by; undefined for services that check it alone. */
export function checkedModelOf(signingName: string): string | undefined {
  return Object.hasOwn(CHECKED_MODELS, signingName) ? CHECKED_MODELS[signingName] : undefined;
}

/** The proxied services whose input is checked, by signing name. */
export const CHECKED_SERVICES: readonly string[] = Object.keys(CHECKED_MODELS);

/** botocore folders of the proxied REST services, whose operations only method and path tell. */
const REST_MODELS: Readonly<Record<string, string>> = {
  apigateway: "apigateway",
  lambda: "lambda",
  s3: "s3",
  scheduler: "scheduler",
};

/** The botocore folder to name a proxied call by; undefined for services that send the operation's name. */
export function restModelOf(signingName: string, path: string): string | undefined {
  if (signingName === "s3" && path.startsWith("/v20180820/")) return "s3control";
  return REST_MODELS[signingName];
}

/**
 * The services that the gateway serves itself, beside Organizations. A new one is a folder in `sandbox/emulators` and a
 * line here. One whose service has another owner serves the operations that it has and leaves the rest to the owner.
 */
export const EMULATORS: readonly EmulatorFactory[] = [
  accessAnalyzer,
  account,
  autoScaling,
  cloudTrail,
  config,
  ec2,
  elasticLoadBalancing,
  guardDuty,
  iam,
  inspector2,
  rds,
  securityHub,
  sts,
  systemsManager,
];
