import type { ResourceTypes } from "../provider/resource.ts";
import { accessAnalyzer } from "./accessanalyzer.ts";
import { account } from "./account.ts";
import { cfg } from "./cfg.ts";
import { cloudTrail } from "./cloudtrail.ts";
import { cloudWatch } from "./cloudwatch.ts";
import { dynamoDb } from "./dynamodb.ts";
import { ebs } from "./ebs.ts";
import { ec2 } from "./ec2.ts";
import { guardDuty } from "./guardduty.ts";
import { iam } from "./iam.ts";
import { inspector2 } from "./inspector2.ts";
import { kms } from "./kms.ts";
import { lambda } from "./lambda.ts";
import { organizations } from "./organizations.ts";
import { s3 } from "./s3.ts";
import { scheduler } from "./scheduler.ts";
import { securityHub } from "./securityhub.ts";
import { sns } from "./sns.ts";
import { sqs } from "./sqs.ts";
import { ssm } from "./ssm.ts";

/** The services, by the module of their type tokens (`aws:<module>/...`). */
export const awsServices: Readonly<Record<string, ResourceTypes>> = {
  accessanalyzer: accessAnalyzer,
  account,
  cfg,
  cloudtrail: cloudTrail,
  cloudwatch: cloudWatch,
  dynamodb: dynamoDb,
  ebs,
  ec2,
  guardduty: guardDuty,
  iam,
  inspector2,
  kms,
  lambda,
  organizations,
  s3,
  scheduler,
  securityhub: securityHub,
  sns,
  sqs,
  ssm,
};
