import type { Output } from "@pulumi/pulumi";
import type { BaselineInputs } from "../inputs.ts";
import { passwordPolicy, publicAccessBlock } from "./account-settings.ts";
import { auditPack } from "./audit-pack.ts";
import { configRecorder } from "./config-recorder.ts";
import { configRules } from "./config-rules.ts";
import { ebsEncryption } from "./ebs-encryption.ts";
import { guardDuty } from "./guardduty.ts";
import { inspector } from "./inspector.ts";
import { securityHub } from "./security-hub.ts";
import { serviceLinkedRoles } from "./service-linked-roles.ts";
import { baselineStack } from "./stack.ts";

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
    auditPack(stack, region, { roles, recording });
    configRules(stack, region, recording);
    inspector(stack, region);
    outputs.hubArns[region] = securityHub(stack, region, { roles, recording }).arn;
    outputs.detectorIds[region] = guardDuty(stack, region, roles).id;
  }
  return outputs;
}
