import { type Output, output } from "@pulumi/pulumi";
import type { BaselineInputs } from "../inputs.ts";
import { arn } from "../partition.ts";
import { passwordPolicy, publicAccessBlock } from "./account-settings.ts";
import { centralHub } from "./central-hub.ts";
import { configRecorder } from "./config-recorder.ts";
import { ebsEncryption } from "./ebs-encryption.ts";
import { guardDuty } from "./guardduty.ts";
import { securityHub, type Upstream } from "./security-hub.ts";
import { serviceLinkedRoles } from "./service-linked-roles.ts";
import { type BaselineStack, baselineStack } from "./stack.ts";

/** The outputs of a stack `account-<id>`. */
export interface BaselineOutputs {
  readonly accountId: string;
  readonly regions: readonly string[];
  readonly hubArns: Record<string, Output<string>>;
  readonly detectorIds: Record<string, Output<string>>;
}

/** Declares the baseline of one member account. */
export function baselineProgram(inputs: BaselineInputs): BaselineOutputs {
  const stack = baselineStack(inputs);
  const outputs: BaselineOutputs = {
    accountId: inputs.accountId,
    regions: inputs.regions,
    hubArns: {},
    detectorIds: {},
  };

  publicAccessBlock(stack);
  passwordPolicy(stack);
  const roles = serviceLinkedRoles(stack);
  for (const region of inputs.regions) {
    ebsEncryption(stack, region);
    const recording = configRecorder(stack, region, roles);
    outputs.hubArns[region] = hubOf(stack, region, { roles, recording });
    outputs.detectorIds[region] = guardDuty(stack, region, roles).id;
  }
  return outputs;
}

/** The ARN of the hub that the baseline owns, or that the organization's configuration policy gives to the account. */
function hubOf(stack: BaselineStack, region: string, upstream: Upstream): Output<string> {
  const { partition, accountId, features } = stack.inputs;
  if (features.securityHub.mode === "local") return securityHub(stack, region, upstream).arn;
  centralHub(stack, region);
  return output(arn(partition, "securityhub", region, accountId, "hub/default"));
}
