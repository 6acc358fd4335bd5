import type { GuardSettings } from "../../programs/guard-settings.ts";
import type { ResourceStep } from "../../stacks/run.ts";

/** Why a deployment waits for approval. */
export type GuardReason =
  | {
      readonly rule: "protected";
      readonly urn: string;
      readonly type: string;
      readonly name: string;
      readonly op: "delete" | "replace";
      readonly accountId?: string;
      readonly region?: string;
      /** For a person. */
      readonly message: string;
    }
  | {
      readonly rule: "share";
      /** Resources that would be deleted or replaced. */
      readonly lost: number;
      /** Resources that the stack has. */
      readonly resources: number;
      /** The share that is allowed, 0 to 1. */
      readonly allowed: number;
      readonly message: string;
    };

/** What the guard reads of a step. */
export type GuardedStep = Pick<ResourceStep, "urn" | "type" | "name" | "op" | "accountId" | "region" | "protect">;

type Limits = Pick<GuardSettings, "protectedTypes" | "extraProtectedTypes" | "share" | "shareFloor">;

/**
 * What of a previewed diff has to be approved by somebody else, and why; empty where it may go on. Pure.
 *
 * @param resources how many the stack has before
 */
export function decideGuard(steps: readonly GuardedStep[], resources: number, limits: Limits): GuardReason[] {
  const lost = steps.filter(isLoss);
  const types = [...limits.protectedTypes, ...limits.extraProtectedTypes];
  const reasons: GuardReason[] = lost
    .filter(({ type, protect }) => protect === true || types.some((pattern) => matches(pattern, type)))
    .map(protectedReason);
  if (lost.length > limits.shareFloor && lost.length > limits.share * resources) {
    const { share: allowed } = limits;
    const message = `${lost.length} of the stack's ${resources} resources would be deleted or replaced; ${Math.floor(allowed * 100)} % may be`;
    reasons.push({ rule: "share", lost: lost.length, resources, allowed, message });
  }
  return reasons;
}

/** A provider is nothing in AWS: what its loss does to resources are steps of their own. */
function isLoss({ op, type }: GuardedStep): boolean {
  return (op === "delete" || op === "replace") && !type.startsWith("pulumi:providers:");
}

function matches(pattern: string, type: string): boolean {
  return pattern.endsWith("*") ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}

function protectedReason({ urn, type, name, op, accountId, region }: GuardedStep): GuardReason {
  const done = op === "replace" ? "replaced" : "deleted";
  const where = [region, accountId && `account ${accountId}`].filter(Boolean).join(", ");
  return {
    ...{ rule: "protected", urn, type, name, op: op === "replace" ? "replace" : "delete" },
    ...(accountId === undefined ? {} : { accountId }),
    ...(region === undefined ? {} : { region }),
    message: `${name} (${type}${where && `, ${where}`}) is protected and would be ${done}`,
  };
}
