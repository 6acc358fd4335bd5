import {
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  EC2Client,
  type Instance,
  ModifyInstanceAttributeCommand,
} from "@aws-sdk/client-ec2";
import { orNull } from "../aws-errors.ts";
import type { Session } from "../remediation.ts";
import type { Marks, State, Target } from "./decide.ts";

const MARK_KEYS: Readonly<Record<keyof Marks, string>> = {
  isolated: "bulwark:isolated",
  finding: "bulwark:finding",
  roles: "bulwark:isolated-roles",
};

/** A client in the region of the instance. */
export const ec2Of = (session: Session, { region }: Target) => session.client(EC2Client, region);

/** The instance, or undefined where it is gone or about to be: a terminated one answers for about an hour (EC2 User Guide). */
export async function describeInstance(session: Session, target: Target): Promise<Instance | undefined> {
  const call = ec2Of(session, target).send(new DescribeInstancesCommand({ InstanceIds: [target.instanceId] }));
  const answer = await orNull(call, "InvalidInstanceID.NotFound");
  const instance = answer?.Reservations?.[0]?.Instances?.[0];
  const state = instance?.State?.Name;
  return state === "terminated" || state === "shutting-down" ? undefined : instance;
}

export function tagsOf({ Tags = [] }: Instance): Readonly<Record<string, string>> {
  return Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value]));
}

export function marksOf(instance: Instance): Marks {
  const tags = tagsOf(instance);
  const value = (mark: keyof Marks) => tags[MARK_KEYS[mark]] ?? null;
  return { isolated: value("isolated"), finding: value("finding"), roles: value("roles") };
}

/** Sets tags to what the marks say, and takes those away that are `null`. */
export async function mark(session: Session, target: Target, marks: Partial<Marks>): Promise<void> {
  const ec2 = ec2Of(session, target);
  const Resources = [target.instanceId];
  const entries = (Object.keys(marks) as (keyof Marks)[]).map((one) => [MARK_KEYS[one], marks[one] ?? null] as const);
  const set = entries.flatMap(([Key, Value]) => (Value === null ? [] : [{ Key, Value }]));
  const gone = entries.flatMap(([Key, Value]) => (Value === null ? [{ Key }] : []));
  if (set.length > 0) await ec2.send(new CreateTagsCommand({ Resources, Tags: set }));
  if (gone.length > 0) await ec2.send(new DeleteTagsCommand({ Resources, Tags: gone }));
}

/**
 * Whether the API may terminate it, and what a shutdown from within does. Source: Amazon EC2 User Guide, "Change instance termination
 * protection", which Spot Instances can't have, and "Change instance initiated shutdown behavior".
 */
export async function readStopping(session: Session, target: Target, instance: Instance): Promise<State["stopping"]> {
  if (instance.InstanceLifecycle === "spot") return null;
  const ec2 = ec2Of(session, target);
  const { instanceId: InstanceId } = target;
  const [termination, shutdown] = await Promise.all([
    ec2.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute: "disableApiTermination" })),
    ec2.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute: "instanceInitiatedShutdownBehavior" })),
  ]);
  return {
    terminationProtected: termination.DisableApiTermination?.Value === true,
    onShutdown: shutdown.InstanceInitiatedShutdownBehavior?.Value ?? "stop",
  };
}

/** A call changes one attribute (API reference, ModifyInstanceAttribute). */
export async function writeStopping(
  session: Session,
  target: Target,
  from: State["stopping"],
  to: State["stopping"],
): Promise<void> {
  if (to === null) return;
  const ec2 = ec2Of(session, target);
  const { instanceId: InstanceId } = target;
  if (from?.terminationProtected !== to.terminationProtected) {
    const DisableApiTermination = { Value: to.terminationProtected };
    await ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, DisableApiTermination }));
  }
  if (from?.onShutdown !== to.onShutdown) {
    const InstanceInitiatedShutdownBehavior = { Value: to.onShutdown };
    await ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, InstanceInitiatedShutdownBehavior }));
  }
}
