import type { StackInputs } from "./inputs.ts";
import { isOutside } from "./outside-members.ts";
import { awsManagedPolicy, type Partition } from "./partition.ts";

/** How many credentials of each kind a root user has. Never which. */
export interface RootCredentials {
  readonly accountId: string;
  readonly password: boolean;
  readonly accessKeys: number;
  readonly signingCertificates: number;
  readonly mfaDevices: number;
}

export type RootTask = "IAMAuditRootUserCredentials" | "IAMDeleteRootUserCredentials";

export const ROOT_TASKS: readonly RootTask[] = ["IAMAuditRootUserCredentials", "IAMDeleteRootUserCredentials"];

/** The ARN of the policy that holds a session of a root user to one task (AWS STS API reference, AssumeRoot). */
export function rootTaskPolicy(partition: Partition, task: RootTask): string {
  return awsManagedPolicy(partition, `root-task/${task}`);
}

/**
 * The accounts whose root users must have no credentials once a stack is deployed: the member, or the core accounts that are members.
 * Never the management account, whose root user nobody else could stand in for, nor one outside of the organization.
 */
export function withoutRootCredentials(inputs: StackInputs): readonly string[] {
  if (!inputs.features.rootAccess.removeCredentials) return [];
  const { management, security, logArchive } = inputs.accounts;
  if (inputs.kind === "baseline" && isOutside(inputs)) return [];
  const members = inputs.kind === "admin" ? [security, logArchive] : [inputs.accountId];
  return members.filter((accountId) => accountId !== management);
}

export function hasRootCredentials(found: RootCredentials): boolean {
  return found.password || found.accessKeys + found.signingCertificates + found.mfaDevices > 0;
}

/** "a password, 2 access keys", for messages. */
export function describeRootCredentials(found: RootCredentials): string {
  const counted = [
    [found.accessKeys, "access key"],
    [found.signingCertificates, "signing certificate"],
    [found.mfaDevices, "MFA device"],
  ] as const;
  const parts = counted.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}${count === 1 ? "" : "s"}`]));
  return [...(found.password ? ["a password"] : []), ...parts].join(", ");
}
