import type { Output, Resource } from "@pulumi/pulumi";
import type { BaselineInputs } from "../inputs.ts";
import { passwordPolicy, publicAccessBlock } from "./account-settings.ts";
import { auditPack } from "./audit-pack.ts";
import { configRecorder } from "./config-recorder.ts";
import { configRules } from "./config-rules.ts";
import { ebsEncryption } from "./ebs-encryption.ts";
import { extensions } from "./extensions.ts";
import { guardDuty } from "./guardduty.ts";
import { hubOf } from "./hub.ts";
import { inspector } from "./inspector.ts";
import { networks } from "./networks.ts";
import { regionalSettings } from "./regional-settings.ts";
import { remediationRoles } from "./remediation-roles.ts";
import { responseDocuments } from "./response-documents.ts";
import { securityContact } from "./security-contact.ts";
import { serviceLinkedRoles } from "./service-linked-roles.ts";
import { baselineStack } from "./stack.ts";
import { systemsManager } from "./systems-manager.ts";
import { takenOver } from "./taken-over.ts";

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

  if (inputs.phase === "release") {
    takenOver(stack);
    return outputs;
  }
  publicAccessBlock(stack);
  passwordPolicy(stack);
  securityContact(stack);
  const roles = serviceLinkedRoles(stack);
  const recordings: Record<string, Resource> = {};
  for (const region of inputs.regions) {
    ebsEncryption(stack, region);
    regionalSettings(stack, region);
    networks(stack, region);
    const recording = configRecorder(stack, region, roles);
    recordings[region] = recording;
    auditPack(stack, region, { roles, recording });
    configRules(stack, region, recording);
    inspector(stack, region);
    outputs.hubArns[region] = hubOf(stack, region, { roles, recording });
    outputs.detectorIds[region] = guardDuty(stack, region, roles).id;
  }
  extensions(stack, recordings);
  systemsManager(stack);
  remediationRoles(stack);
  responseDocuments(stack);
  return outputs;
}
