import type { Provider } from "@pulumi/aws/provider.js";
import { ComponentResource, type ComponentResourceOptions, type Output, type Resource } from "@pulumi/pulumi";
import { passwordPolicy, publicAccessBlock } from "../baseline/account-settings.ts";
import { configRecorder } from "../baseline/config-recorder.ts";
import { configRules } from "../baseline/config-rules.ts";
import { ebsEncryption } from "../baseline/ebs-encryption.ts";
import { managedHosts } from "../baseline/managed-hosts.ts";
import { closeDefaultSecurityGroup, flowLog } from "../baseline/networks.ts";
import { ownHub } from "../baseline/own-hub.ts";
import { regionalSettings } from "../baseline/regional-settings.ts";
import { securityContact } from "../baseline/security-contact.ts";
import { serviceLinkedRoles } from "../baseline/service-linked-roles.ts";
import type { AccountStack } from "../baseline/stack.ts";
import { accountSettings } from "../baseline/wanted-settings.ts";
import { names } from "../names.ts";
import { type AskedAccount, BaselineArgs } from "./arguments.ts";
import { standaloneGuardDuty, standaloneInspector } from "./detection.ts";
import { componentStack } from "./stack.ts";

/** Options of a component, of which the provider is needed: its role is whose the resources are. */
export interface BaselineOptions extends Omit<ComponentResourceOptions, "provider" | "providers" | "dependsOn"> {
  readonly provider: Provider;
  /** What is to be there before any resource of the component. */
  readonly dependsOn?: readonly Resource[];
}

/**
 * Bulwark's baseline for a team's own Pulumi program, under the team's own role: what an account can have without an organization. With
 * `owns: "account"` all of it, for an account outside of Bulwark; with `owns: "additions"` only what goes beside a baseline that is there.
 * docs/component.md has an example.
 *
 * Throws a `ZodError` with the paths of what is wrong with the arguments, before anything is declared.
 */
export class Baseline extends ComponentResource {
  /** By region; empty where Security Hub is not the component's. */
  readonly hubArns: Readonly<Record<string, Output<string>>> = {};
  /** By region; empty where GuardDuty is not the component's. */
  readonly detectorIds: Readonly<Record<string, Output<string>>> = {};

  /** @param name of lower-case letters, digits and dashes; the names of all resources and rules begin with it */
  constructor(name: string, args: BaselineArgs, { provider, dependsOn = [], ...options }: BaselineOptions) {
    const asked = BaselineArgs.parse(args);
    if (!NAME.test(name)) {
      throw new Error(`making the baseline ${name}: its name must be 2 to 20 lower-case letters, digits and dashes`);
    }
    super("bulwark:component:Baseline", name, {}, { ...options, provider });
    const stack = componentStack(asked, { name, component: this, provider, after: dependsOn });
    if (asked.owns === "account") {
      Object.assign(this, wholeAccount(stack, asked));
    } else {
      for (const region of asked.regions) configRules(stack, region, provider);
    }
    this.registerOutputs({ hubArns: this.hubArns, detectorIds: this.detectorIds });
  }
}

/** AWS Config takes 128 characters for a rule's name, of which the settings allow the rule itself a hundred. */
const NAME = /^(?!bulwark$|bulwark-)[a-z][a-z0-9-]{0,18}[a-z0-9]$/;

function wholeAccount(stack: AccountStack, asked: AskedAccount): Pick<Baseline, "hubArns" | "detectorIds"> {
  const { archive, regions, features } = asked;
  const hubArns: Record<string, Output<string>> = {};
  const detectorIds: Record<string, Output<string>> = {};
  publicAccessBlock(stack);
  passwordPolicy(stack);
  securityContact(stack);
  if (features.systemsManager.enabled) managedHosts(stack);
  const roles = serviceLinkedRoles(stack);
  for (const region of regions) {
    ebsEncryption(stack, region);
    regionalSettings(stack, region);
    networks(stack, region, asked);
    const recording = archive === undefined ? undefined : configRecorder(stack, region, roles);
    if (recording !== undefined) configRules(stack, region, recording);
    standaloneInspector(stack, region);
    if (features.securityHub.enabled) {
      hubArns[region] = ownHub(stack, region, { roles, recording: recording ?? stack.member }).hub.arn;
    }
    if (features.guardDuty.enabled) detectorIds[region] = standaloneGuardDuty(stack, region, roles).id;
  }
  return { hubArns, detectorIds };
}

/** All networks that the team names: none is there by chance, so none is left out. */
function networks(stack: AccountStack, region: string, { vpcs, archive }: AskedAccount): void {
  const close = accountSettings(stack.inputs)?.defaultSecurityGroups.enabled === true;
  for (const [label, vpcId] of Object.entries(vpcs[region] ?? {})) {
    if (close) {
      closeDefaultSecurityGroup(stack, region, { name: names.defaultSecurityGroup(label, region), vpcId });
    }
    if (archive !== undefined) flowLog(stack, region, { name: names.flowLog(label, region), vpcId });
  }
}
