import {
  AttachInstancesCommand,
  AutoScalingClient,
  type AutoScalingInstanceDetails,
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  DetachInstancesCommand,
  SetInstanceProtectionCommand,
} from "@aws-sdk/client-auto-scaling";
import type { Session } from "../remediation.ts";
import type { Membership, Target } from "./decide.ts";

/**
 * The instance's place in an Auto Scaling group, if it could be given back. Its group replaces it, so coming back is one instance more: a group
 * whose minimum is its maximum never has room for it, and its place is no part of the state. It is left all the same, for good. So is
 * a place on standby, since whoever is attached is in service (Amazon EC2 Auto Scaling User Guide, "Detach or attach instances").
 */
export async function readMembership(session: Session, target: Target): Promise<Membership | null> {
  const place = await placeOf(session, target);
  const group = place?.AutoScalingGroupName;
  if (place === undefined || group === undefined || !/^(Pending|InService)/.test(place.LifecycleState ?? ""))
    return null;
  const { MinSize = 0, MaxSize = 0 } = await sizesOf(session, target, group);
  if (MinSize === MaxSize) return null;
  return { group, protectedFromScaleIn: place.ProtectedFromScaleIn === true };
}

/**
 * Takes the instance out of its group, whatever that is. Desired capacity stays, so that the group replaces what it loses; in the group, health
 * checks would have it terminated, which termination protection does not keep a group from.
 */
export async function leaveGroup(session: Session, target: Target): Promise<void> {
  const group = (await placeOf(session, target))?.AutoScalingGroupName;
  if (group === undefined) return;
  await session.client(AutoScalingClient, target.region).send(
    new DetachInstancesCommand({
      AutoScalingGroupName: group,
      InstanceIds: [target.instanceId],
      ShouldDecrementDesiredCapacity: false,
    }),
  );
}

/**
 * Brings the instance back into its group, whose desired capacity becomes one more. Throws where the group has its maximum already: raising
 * that, or taking an instance away, is its owner's to decide.
 */
export async function joinGroup(
  session: Session,
  target: Target,
  { group, protectedFromScaleIn }: Membership,
): Promise<void> {
  const scaling = session.client(AutoScalingClient, target.region);
  const named = { AutoScalingGroupName: group, InstanceIds: [target.instanceId] };
  if ((await placeOf(session, target)) === undefined) {
    const { DesiredCapacity = 0, MaxSize = 0 } = await sizesOf(session, target, group);
    if (DesiredCapacity >= MaxSize) {
      throw new Error(
        `Auto Scaling group ${group} has its maximum of ${MaxSize} instances, and attaching ${target.instanceId} would exceed it: ` +
          "raise the maximum or let the group scale in, then release again; all else is given back",
      );
    }
    await scaling.send(new AttachInstancesCommand(named));
  }
  await scaling.send(new SetInstanceProtectionCommand({ ...named, ProtectedFromScaleIn: protectedFromScaleIn }));
}

/** Undefined too for an instance that is on its way out. */
async function placeOf(
  session: Session,
  { region, instanceId }: Target,
): Promise<AutoScalingInstanceDetails | undefined> {
  const scaling = session.client(AutoScalingClient, region);
  const answer = await scaling.send(new DescribeAutoScalingInstancesCommand({ InstanceIds: [instanceId] }));
  return answer.AutoScalingInstances?.find(({ LifecycleState = "" }) => !LifecycleState.startsWith("Detach"));
}

async function sizesOf(session: Session, { region }: Target, group: string) {
  const scaling = session.client(AutoScalingClient, region);
  const answer = await scaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] }));
  const found = answer.AutoScalingGroups?.[0];
  if (found === undefined) throw new Error(`Auto Scaling group ${group} is gone: the instance can't come back into it`);
  return found;
}
