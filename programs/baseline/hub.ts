import { type Output, output } from "@pulumi/pulumi";
import { arn } from "../partition.ts";
import { centralHub } from "./central-hub.ts";
import type { Upstream } from "./own-hub.ts";
import { securityHub } from "./security-hub.ts";
import type { BaselineStack } from "./stack.ts";

/** The ARN of the hub that the baseline owns, or that the organization's configuration policy gives to the account. */
export function hubOf(stack: BaselineStack, region: string, upstream: Upstream): Output<string> {
  const { partition, accountId, features } = stack.inputs;
  if (features.securityHub.mode === "local") return securityHub(stack, region, upstream).arn;
  centralHub(stack, region);
  return output(arn(partition, "securityhub", region, accountId, "hub/default"));
}
