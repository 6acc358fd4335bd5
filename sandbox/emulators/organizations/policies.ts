import type { PolicyType } from "@aws-sdk/client-organizations";
import type { Account } from "../../gateway/emulator.ts";
import { parentsOf } from "./hierarchy.ts";
import type { Organization } from "./organization.ts";

/** A policy of the organization, AWS's own included. */
export interface Policy {
  readonly id: string;
  readonly type: PolicyType;
  readonly awsManaged: boolean;
  name: string;
  description: string;
  content: string;
}

/** The state behind the calls on policies. */
export interface PolicyState {
  /** Types that are enabled in the root. */
  readonly enabled: Set<PolicyType>;
  /** The organization's own, by id. */
  readonly own: Map<string, Policy>;
  /** Ids of targets by id of an own policy. */
  readonly attachments: Map<string, Set<string>>;
  /** Targets from which FullAWSAccess was detached; everything else has it while its type is enabled. */
  readonly withoutFullAccess: Set<string>;
}

export function noPolicies(enabled: readonly PolicyType[] = []): PolicyState {
  return { enabled: new Set(enabled), own: new Map(), attachments: new Map(), withoutFullAccess: new Set() };
}

const everything = { Effect: "Allow", Resource: "*" };

/** AWS's own policies. RCPFullAWSAccess can never be detached. Source: Organizations user guide, "Resource control policies". */
export const FULL_ACCESS: Readonly<Partial<Record<PolicyType, Policy>>> = {
  SERVICE_CONTROL_POLICY: {
    id: "p-FullAWSAccess",
    type: "SERVICE_CONTROL_POLICY",
    awsManaged: true,
    name: "FullAWSAccess",
    description: "Allows access to every operation",
    content: JSON.stringify({ Version: "2012-10-17", Statement: [{ ...everything, Action: "*" }] }),
  },
  RESOURCE_CONTROL_POLICY: {
    id: "p-RCPFullAWSAccess",
    type: "RESOURCE_CONTROL_POLICY",
    awsManaged: true,
    name: "RCPFullAWSAccess",
    description: "Allows access to every operation",
    content: JSON.stringify({ Version: "2012-10-17", Statement: [{ ...everything, Principal: "*", Action: "*" }] }),
  },
};

/** A policy by its id, AWS's own too. */
export function policyOf({ policies }: Organization, id = ""): Policy | undefined {
  return policies.own.get(id) ?? Object.values(FULL_ACCESS).find((policy) => policy.id === id);
}

/** Every policy of a type. */
export function policiesOf({ policies }: Organization, type: PolicyType | undefined): Policy[] {
  const managed = type === undefined ? undefined : FULL_ACCESS[type];
  return [...(managed ? [managed] : []), ...[...policies.own.values()].filter((policy) => policy.type === type)];
}

/** What is attached to a target directly, of one type. Nothing while the type is not enabled. */
export function attachedTo(organization: Organization, targetId: string, type: PolicyType | undefined): Policy[] {
  const { enabled } = organization.policies;
  return policiesOf(organization, type).filter(
    (policy) => enabled.has(policy.type) && isAttached(organization, policy, targetId),
  );
}

/** Whether a policy is attached to a target directly. */
export function isAttached({ policies }: Organization, policy: Policy, targetId: string): boolean {
  if (!policy.awsManaged) return policies.attachments.get(policy.id)?.has(targetId) ?? false;
  if (!policies.enabled.has(policy.type)) return false;
  return policy.type !== "SERVICE_CONTROL_POLICY" || !policies.withoutFullAccess.has(targetId);
}

/** The policies over an account, by level from the root down to the account itself. */
export function levelsOf(organization: Organization, account: Account, type: PolicyType): Policy[][] {
  const targets = [...parentsOf(organization, account.id).reverse(), account.id];
  return targets.map((target) => attachedTo(organization, target, type));
}
