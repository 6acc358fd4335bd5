import { partitionOf } from "./partition.ts";

/**
 * Regions of the partition aws that every account has. Those that came after March 2019 have to be enabled by each account, so the list is
 * complete (AWS Account Management Reference Guide, "Enable or disable AWS Regions in your account").
 */
const ALWAYS_ON: ReadonlySet<string> = new Set([
  ...["ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2"],
  ...["ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1"],
  ...["us-east-1", "us-east-2", "us-west-1", "us-west-2"],
]);

/** Whether accounts have to enable a region before they can use it. Services have a principal of their own there. */
export function isOptIn(region: string): boolean {
  return partitionOf(region) === "aws" && !ALWAYS_ON.has(region);
}
