import { setTimeout as sleep } from "node:timers/promises";
import {
  DeleteServiceLinkedRoleCommand,
  type DeletionTaskFailureReasonType,
  GetRoleCommand,
  GetServiceLinkedRoleDeletionStatusCommand,
  type IAMClient,
} from "@aws-sdk/client-iam";
import type { ServiceLinkedRole } from "../../programs/baseline/linked-services.ts";
import { awsCodeOf } from "./call-error.ts";

/** A role that is still there, and why. */
export interface KeptServiceLinkedRole {
  readonly service: string;
  readonly reason: string;
}

export interface ServiceLinkedRolesEnd {
  readonly iam: IAMClient;
  readonly roles: readonly ServiceLinkedRole[];
  readonly signal?: AbortSignal;
  /** How long all of them together are waited for, in milliseconds; a minute when left out. */
  readonly waitMs?: number;
  /** How often AWS is asked, in milliseconds. */
  readonly pollMs?: number;
}

const absent = ["NoSuchEntityException", "NoSuchEntity"];

/**
 * Removes service-linked roles as far as AWS lets them go: IAM asks the service, which refuses while any region of the
 * account still uses the role (IAM API, DeleteServiceLinkedRole). A role that is not there is passed over.
 *
 * @returns the roles that are kept, with AWS's reason. Rejects only where the signal is aborted.
 */
export async function removeServiceLinkedRoles(request: ServiceLinkedRolesEnd): Promise<KeptServiceLinkedRole[]> {
  const deadline = Date.now() + (request.waitMs ?? 60_000);
  const outcomes = await Promise.all(
    request.roles.map(async ({ service, roleName }) => {
      const reason = await remove(request, roleName, deadline).catch((error: unknown) => {
        request.signal?.throwIfAborted();
        return `AWS answered ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
      });
      return reason === undefined ? [] : [{ service, reason }];
    }),
  );
  return outcomes.flat();
}

/** Why a role is still there; undefined where it is gone. */
async function remove(request: ServiceLinkedRolesEnd, RoleName: string, deadline: number): Promise<string | undefined> {
  const { iam, signal, pollMs = 2_000 } = request;
  const abort = signal === undefined ? {} : { abortSignal: signal };
  // Without a role IAM has no path to go by, and refuses a deletion that is allowed on that path only.
  if ((await unlessAbsent(iam.send(new GetRoleCommand({ RoleName }), abort))) === undefined) return undefined;
  const submitted = await unlessAbsent(iam.send(new DeleteServiceLinkedRoleCommand({ RoleName }), abort));
  if (submitted?.DeletionTaskId === undefined) return undefined;
  const { DeletionTaskId } = submitted;
  for (;;) {
    const task = await unlessAbsent(iam.send(new GetServiceLinkedRoleDeletionStatusCommand({ DeletionTaskId }), abort));
    if (task === undefined || task.Status === "SUCCEEDED") return undefined;
    if (task.Status === "FAILED") return describe(task.Reason);
    if (Date.now() + pollMs > deadline) return "AWS was still removing it when the offboarding ended";
    await sleep(pollMs, undefined, signal === undefined ? {} : { signal });
  }
}

function describe({ Reason, RoleUsageList = [] }: DeletionTaskFailureReasonType = {}): string {
  const users = RoleUsageList.map(({ Region, Resources = [] }) => [Region, ...Resources].join(" "));
  const used = users.length === 0 ? "" : ` (in use: ${users.join(", ")})`;
  return `AWS keeps it: ${Reason || "no reason was given"}${used}`;
}

async function unlessAbsent<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (absent.includes(awsCodeOf(error) ?? "")) return undefined;
    throw error;
  }
}
