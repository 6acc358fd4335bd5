import type { StackInputs } from "../../programs/inputs.ts";
import {
  describeRootCredentials,
  hasRootCredentials,
  type RootCredentials,
  withoutRootCredentials,
} from "../../programs/root-credentials.ts";
import { writeAudit } from "../store/audit.ts";
import type { Work } from "./work.ts";

// They are in no stack's state: what a deployment removes of them nothing brings back.

/**
 * Removes what credentials the root users of a stack's members have, where the settings ask for it. The audit log is told before:
 * what is half removed when AWS refuses is not found again. The session that may remove is asked for only where there is something.
 *
 * @returns what was removed, by account; accounts without any are left out
 */
export async function removeRootCredentials(work: Work, inputs: StackInputs): Promise<readonly RootCredentials[]> {
  const { aws, operation } = work;
  const removed: RootCredentials[] = [];
  for (const accountId of withoutRootCredentials(inputs)) {
    const found = await aws.readRootCredentials(accountId, operation.id);
    if (!hasRootCredentials(found)) continue;
    const { accountId: target, ...counts } = found;
    const detail = { operationId: operation.id, ...counts };
    const { requestedBy: actor, requestId } = operation;
    await work.write((transaction) =>
      writeAudit(transaction, { actor, action: "account.remove_root_credentials", target, requestId, detail }),
    );
    const gone = await aws.removeRootCredentials(accountId, operation.id);
    removed.push(gone);
    work.say(`removed credentials of the root user of account ${accountId}: ${describeRootCredentials(gone)}`);
  }
  return removed;
}

/**
 * What a deployment would remove. The core accounts are not asked about: before the first deployment with it, central root access is
 * off, and nobody may look.
 */
export async function rootCredentialsToRemove(work: Work, inputs: StackInputs): Promise<readonly RootCredentials[]> {
  if (inputs.kind === "admin") return [];
  const found: RootCredentials[] = [];
  for (const accountId of withoutRootCredentials(inputs)) {
    found.push(await work.aws.readRootCredentials(accountId, work.operation.id));
  }
  return found.filter(hasRootCredentials);
}
