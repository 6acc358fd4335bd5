import { z } from "zod";
import { Region } from "./identifiers.ts";

/**
 * What becomes of a resource that was in an account before Bulwark came.
 *
 * - `adopt`: imported into the stack, then brought to the wanted state; offboarding puts `before` back and leaves it.
 * - `replace`: imported, then replaced, because a property that AWS never changes in place has to differ.
 * - `takeOver`: set by the call that creates the resource, because AWS has a value of it at all times or the provider can't import it.
 *   Offboarding puts `before` back and leaves it.
 * - `leave`: not touched; the program does not declare a resource of this name.
 */
export const Decision = z.enum(["adopt", "replace", "takeOver", "leave"]);
export type Decision = z.infer<typeof Decision>;

/** Whether the resource comes into the stack by an import, before anything is changed. */
export function isImported({ decision }: { readonly decision: Decision }): boolean {
  return decision === "adopt" || decision === "replace";
}

/** Whether offboarding puts the resource back to what it was, and leaves it. */
export function isPutBack({ decision }: { readonly decision: Decision }): boolean {
  return decision === "adopt" || decision === "takeOver";
}

/** One existing resource, the decision on it and why. */
export const Adoption = z.strictObject({
  /** Pulumi type token, for example `aws:guardduty/detector:Detector`. */
  type: z.string().min(1),
  /** Name of the resource in the program; the key by which the program finds its adoption. */
  name: z.string().min(1),
  /** Where it is; `global` for IAM and the account-wide settings of S3. */
  region: z.union([Region, z.literal("global")]),
  /** Import id of the provider, without the region suffix; what is taken over is known by it, too. */
  id: z.string().min(1),
  /** The resource inputs that describe it as it was, without `region`. */
  before: z.record(z.string(), z.unknown()),
  decision: Decision,
  /** What was set on it beside its inputs, which other resources set by now: a detector's protection plans. Put back with `before`. */
  beside: z.array(z.record(z.string(), z.unknown())).optional(),
  /** One sentence for the preview and the audit log. */
  reason: z.string().min(1),
});
export type Adoption = z.infer<typeof Adoption>;

/**
 * The step of a stack's life that a run of its program carries out.
 *
 * - `adopt`: existing resources are imported as they are; what is missing is created.
 * - `converge`: everything is as wanted. The phase of every ordinary deployment.
 * - `restore`: adopted resources are put back to what they were. The run refreshes first, because the administrator may have changed
 *   what has to be seen as a difference. A destroy follows.
 * - `release`: the same for a stack whose first deployment failed, perhaps with things taken over. They alone are declared, so that this run can't
 *   fail for the reason that the deployment did; the rest goes.
 */
export const Phase = z.enum(["adopt", "converge", "restore", "release"]);
export type Phase = z.infer<typeof Phase>;
