import { AwsCallError } from "../aws/call-error.ts";
import { StackRunError } from "../errors.ts";
import {
  type Deployment,
  type ExportedStack,
  type Found,
  hasProvider,
  isMade,
  nameOf,
  type ResourceState,
  unsettledOf,
  withFound,
} from "../recovery/deployment.ts";
import { findResource } from "../recovery/find.ts";
import type { RecoveryReport } from "../run.ts";
import type { RecoverContext } from "./recover-context.ts";
import { inStack } from "./recover-engine.ts";
import { readingOf, soughtOf } from "./sought.ts";
import { readState, writeState } from "./stored-state.ts";
import { plannedCreations } from "./suspects.ts";

/** What a state has to be settled of. */
export interface Settling {
  /** URNs of which a run told that their creation began and not that it ended. */
  readonly suspects: readonly string[];
  /** Suspects everything that the program declares and the state lacks. */
  readonly all: boolean;
  readonly tell: (message: string) => void;
}

type Imported = RecoveryReport["imported"][number];

/** How often what was found can tell where something else is, as a detector does its organization's configuration. */
const ROUNDS = 5;

/** Settles the pending operations of the stack's state, and puts into it what exists in AWS without its knowing. */
export async function settle(
  context: RecoverContext,
  { suspects, all, tell }: Settling,
): Promise<Pick<RecoveryReport, "imported" | "cleared">> {
  let exported = await readState(context);
  if (exported === undefined) return { imported: [], cleared: [] };
  const { creates, pending } = unsettledOf(exported.deployment);
  const imported: Imported[] = [];
  const take = async (from: ExportedStack, sought: readonly ResourceState[]): Promise<ExportedStack> => {
    const mended = await mend(context, from, sought, tell);
    imported.push(...mended.imported);
    return mended.exported;
  };

  exported = await take(exported, creates);
  // What was pending has been looked for with the very inputs of its creation.
  const asked = new Set(creates.map(({ urn }) => urn));
  for (let round = 0; round < ROUNDS; round++) {
    const missing = missingFrom(exported.deployment, suspects).filter((urn) => !asked.has(urn));
    if (missing.length === 0 && !all) break;
    const before = imported.length;
    const planned = await plannedCreations(context, all ? undefined : new Set(missing));
    exported = await take(
      exported,
      planned.filter(({ urn }) => !asked.has(urn)),
    );
    if (imported.length === before) break;
  }

  const found = new Set(imported.map(({ urn }) => urn));
  const cleared = pending
    .map(({ resource: { urn, type } }) => ({ urn, type, name: nameOf(urn) }))
    .filter(({ urn }) => !found.has(urn));
  for (const { name, type } of cleared) tell(`cleared the pending operation on ${name} (${type})`);
  return { imported, cleared };
}

function missingFrom({ resources = [] }: Deployment, urns: readonly string[]): string[] {
  const made = new Set(resources.filter(isMade).map(({ urn }) => urn));
  return urns.filter((urn) => !made.has(urn));
}

/**
 * Puts what AWS has of the sought resources into the state and has their providers read them, together with what the state may no longer
 * say rightly. Of the two steps only the first may be missed: a resource that is in the state and unread is read by the next recovery.
 */
async function mend(
  context: RecoverContext,
  exported: ExportedStack,
  sought: readonly ResourceState[],
  tell: (message: string) => void,
): Promise<{ readonly exported: ExportedStack; readonly imported: readonly Imported[] }> {
  const { deployment } = exported;
  const { stale, pending } = unsettledOf(deployment);
  if (sought.length > 0) tell(`looking in AWS for ${sought.map(({ urn }) => nameOf(urn)).join(", ")}`);
  const found = (await Promise.all(sought.map((resource) => find(context, deployment, resource)))).flat();
  if (found.length === 0 && pending.length === 0 && stale.length === 0) return { exported, imported: [] };

  if (found.length > 0 || pending.length > 0) {
    await writeState(context, { ...exported, deployment: withFound(deployment, found) });
  }
  const target = [...new Set([...found.map(({ resource }) => resource.urn), ...stale])];
  if (target.length > 0) {
    await inStack(context, "refresh", (stack, options) => stack.refresh({ ...options, target }));
  }
  const settled = await readState(context);
  if (settled === undefined) throw new Error(`error: no stack named '${context.run.request.stack}' found`);
  const urns = new Set(found.map(({ resource }) => resource.urn));
  const imported = (settled.deployment.resources ?? [])
    .filter((state) => urns.has(state.urn) && isMade(state))
    .map(({ urn, type, id = "" }) => ({ urn, type, name: nameOf(urn), id }));
  for (const { name, id } of imported) tell(`${name} had been created: ${id} is in the state now`);
  return { exported: settled, imported };
}

async function find(context: RecoverContext, deployment: Deployment, resource: ResourceState): Promise<Found[]> {
  const sought = soughtOf(context, resource);
  if (sought === undefined || !hasProvider(deployment, resource)) return [];
  const others = (deployment.resources ?? []).filter(({ type }) => type === resource.type);
  // What a replacement has deleted already may come again under the id that it had.
  const known = new Set(
    others.filter(({ pendingReplacement }) => pendingReplacement !== true).flatMap(({ id }) => id ?? []),
  );
  try {
    const reading = readingOf(context, sought.accountId);
    const answer = await findResource({ sought, reading, known });
    if (answer === undefined) return [];
    // Of one name there is one thing: the new one of a replacement was not made while the old one has it.
    const standing = others.find(({ urn, id }) => urn === resource.urn && id === answer.id);
    return standing !== undefined && isMade(standing) ? [] : [{ resource, id: answer.importId }];
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    const { failure, retryable, message, remedy, accountId, region, call, awsCode } = error;
    throw new StackRunError({
      ...{ code: failure, retryable, message, remedy, accountId, region, call, awsCode },
      resource: resource.urn,
    });
  }
}
