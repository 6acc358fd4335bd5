import { isDeepStrictEqual } from "node:util";
import { each } from "../each.ts";
import { remediation, type Session } from "../remediation.ts";
import { decide, type State, type Target, targetsOf } from "./decide.ts";
import { type Exhibit, handOver, takeSnapshots } from "./evidence.ts";
import { describeInstance, mark, marksOf, readStopping, tagsOf, writeStopping } from "./instance.ts";
import { readProfile, writeProfile } from "./instance-profile.ts";
import { readRegistrations, writeRegistrations } from "./load-balancers.ts";
import { ec2Isolation as manifest } from "./manifest.ts";
import { readInterfaces, writeInterfaces } from "./network.ts";
import { readRevoked, writeRevoked } from "./role-sessions.ts";
import { joinGroup, leaveGroup, readMembership } from "./scaling.ts";

/** Isolates an instance that is compromised; undo releases it. */
export const ec2IsolationRemediation = remediation<Target, State>({
  manifest,
  targetsOf,
  decide,
  told: ({ instanceId, accountId }) => `instance ${instanceId} in account ${accountId}`,

  async tags(session, target) {
    const instance = await describeInstance(session, target);
    return instance === undefined ? {} : tagsOf(instance);
  },

  async read(session, target) {
    const instance = await describeInstance(session, target);
    if (instance === undefined) return undefined;
    const marks = marksOf(instance);
    const profile = await readProfile(session, target);
    return {
      interfaces: await readInterfaces(session, target, instance),
      profile,
      revoked: await readRevoked(session, target, { profile, marks }),
      membership: await readMembership(session, target),
      stopping: await readStopping(session, target, instance),
      registrations: await readRegistrations(session, target, instance),
      marks,
    };
  },

  preserve: (session, target, facts, after) => takeSnapshots(session, target, facts, after.marks.isolated ?? ""),

  deliver: (session, target, facts, evidence) =>
    handOver(session, target, facts, (evidence ?? []) as readonly Exhibit[]),

  async write(session, target, from, to) {
    if (to.membership === null && to.registrations.length === 0 && to.marks.isolated !== null) {
      await isolate(session, target, from, to);
    } else {
      await release(session, target, from, to);
    }
  },
});

/**
 * The network first: it stops most. What fails keeps nothing else from being cut off. The mark of the isolation comes last and only when all is done,
 * so that what the state does not show (a place in a group of fixed size) is known to be done too.
 */
async function isolate(session: Session, target: Target, from: State, to: State): Promise<void> {
  await each(
    () => writeInterfaces(session, target, from.interfaces, to.interfaces),
    async () => {
      // Without the profile nothing but this mark leads back to the role.
      if (from.marks.roles !== to.marks.roles) await mark(session, target, { roles: to.marks.roles });
      await writeRevoked(session, target, from.revoked, to.revoked);
      await writeProfile(session, target, to.profile);
    },
    () => leaveGroup(session, target),
    () => writeStopping(session, target, from.stopping, to.stopping),
    () => writeRegistrations(session, target, from.registrations, to.registrations),
  );
  await mark(session, target, to.marks);
}

/**
 * The group last, when all else is as it was: it would take an instance that does not answer for sick and terminate it. The marks go before, for
 * a group that has no room leaves an instance that is free.
 */
async function release(session: Session, target: Target, from: State, to: State): Promise<void> {
  await each(
    () => writeProfile(session, target, to.profile),
    () => writeRevoked(session, target, from.revoked, to.revoked),
    () => writeInterfaces(session, target, from.interfaces, to.interfaces),
    () => writeStopping(session, target, from.stopping, to.stopping),
    () => writeRegistrations(session, target, from.registrations, to.registrations),
  );
  await mark(session, target, to.marks);
  if (to.membership !== null && !isDeepStrictEqual(from.membership, to.membership)) {
    await joinGroup(session, target, to.membership);
  }
}
