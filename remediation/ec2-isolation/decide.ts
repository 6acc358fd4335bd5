import { isDeepStrictEqual } from "node:util";
import type { Decision, Facts, Finding } from "../remediation.ts";
import { isUntouchable } from "../text-pattern.ts";

/** An instance of the account and region of the finding. */
export type Target = { readonly accountId: string; readonly region: string; readonly instanceId: string };

/** A network interface and its security groups, sorted. `CLOSED` in place of the id of the group that lets nothing through. */
export type Interface = { readonly id: string; readonly vpcId: string; readonly groups: readonly string[] };

/** A place in a target group. `zone` is held for IP addresses alone, because instances can't be registered with one. */
export type Registration = {
  readonly targetGroup: string;
  readonly id: string;
  readonly port: number | null;
  readonly zone: string | null;
  readonly quicServerId: string | null;
};

/** A place in an Auto Scaling group to which the instance could come back. */
export type Membership = { readonly group: string; readonly protectedFromScaleIn: boolean };

/** All that isolation changes and release gives back. */
export type State = {
  readonly interfaces: readonly Interface[];
  readonly profile: { readonly arn: string; readonly role: string | null } | null;
  /** Names of the roles whose sessions on this instance are denied everything, sorted. */
  readonly revoked: readonly string[];
  readonly membership: Membership | null;
  /** `null` where AWS lets neither be set: of a Spot Instance. */
  readonly stopping: { readonly terminationProtected: boolean; readonly onShutdown: string } | null;
  readonly registrations: readonly Registration[];
  readonly marks: Marks;
};

/** Values of tags of the instance; `roles` is where the denied roles are found again once the profile is gone: names with blanks between. */
export type Marks = {
  readonly isolated: string | null;
  readonly finding: string | null;
  readonly roles: string | null;
};

/** Name of the group that lets nothing through; group ids begin with `sg-`, so no id is taken for it. */
export const CLOSED = "bulwark-isolation-closed";

/** Amazon EC2 User Guide, "Tag your Amazon EC2 resources": 256 characters at most. */
const LONGEST_TAG_VALUE = 256;

const INSTANCE_ARN = /^arn:[a-z-]+:ec2:([a-z0-9-]+):(\d{12}):instance\/(i-[0-9a-f]{8,17})$/;

/** The instances that a finding names, each once: those of its own account and region, since the session is there. */
export function targetsOf({ AwsAccountId: accountId, Region, Resources }: Finding): readonly Target[] {
  const targets = new Map<string, Target>();
  for (const { Type, Id } of Resources) {
    const [, region = "", owner = "", instanceId = ""] = Type === "AwsEc2Instance" ? (INSTANCE_ARN.exec(Id) ?? []) : [];
    if (instanceId === "" || owner !== accountId || (Region !== undefined && Region !== region)) continue;
    targets.set(instanceId, { accountId, region, instanceId });
  }
  return [...targets.values()];
}

/**
 * Everything cut off, whatever of it somebody did before. Times are those of the first isolation. A role that nothing may touch is left as it
 * is: its profile is taken from the instance all the same.
 */
export function decide(state: State, _target: Target, { now, cause, untouchable }: Facts): Decision<State> {
  const role = state.profile?.role ?? null;
  const revocable = role !== null && !isUntouchable(role, untouchable);
  const revoked = revocable ? [...new Set([...state.revoked, nameOf(role)])].sort() : state.revoked;
  const { isolated, finding } = state.marks;
  const to: State = {
    interfaces: state.interfaces.map((one) => ({ ...one, groups: [CLOSED] })),
    profile: null,
    revoked,
    membership: null,
    stopping: state.stopping === null ? null : { terminationProtected: true, onShutdown: "stop" },
    registrations: [],
    marks: {
      isolated: isolated ?? now.toISOString(),
      finding: isolated === null ? (cause?.finding.slice(0, LONGEST_TAG_VALUE) ?? finding) : finding,
      roles: revoked.length > 0 ? revoked.join(" ") : state.marks.roles,
    },
  };
  return isDeepStrictEqual(state, to) ? { kind: "nothing" } : { kind: "change", to };
}

/** The name at the end of the ARN of a role or an instance profile, behind its path. */
export function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
