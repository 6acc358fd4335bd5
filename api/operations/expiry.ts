import type { Adoption } from "../../programs/adoption.ts";
import type { Extension } from "../../programs/extensions/extensions.ts";
import { BaselineInputs } from "../../programs/inputs.ts";
import { countingExtensions } from "../accounts/weakenings.ts";
import { hashDeployed } from "../guard/binding.ts";
import { findAccount } from "../store/accounts.ts";
import { findStack, type StackRow } from "../store/stacks.ts";
import { pendingAdoptions } from "./guarded.ts";
import { stackOfAccount } from "./operation.ts";
import { standingRegions } from "./standing.ts";
import type { StackPlan, Work } from "./work.ts";

/** What a service's own deployment says in its request when it is to end what has expired. */
export const EXPIRY = { because: "an extension that weakens has expired" };

export interface ExpiryPlan {
  readonly plan: StackPlan & { readonly inputs: BaselineInputs };
  readonly stack: StackRow;
  /**
   * Nothing but what has expired can be in the deployment: its end was approved with its beginning, so nobody is asked again. False where a newer
   * program, an attempt that did not come to its end, or drift that a refresh has written into the state may bring more.
   */
  readonly nothingElse: boolean;
}

/**
 * A deployment that takes off what has expired, and leaves for another one whatever else is outstanding: it would make this one wait for an approval while
 * the weakening lived on. The inputs of the last deployment, without it. Neither the settings nor the account in AWS are looked at.
 *
 * @returns undefined where the last inputs are none of today's, or its adoptions were never finished: then only a whole deployment does it
 */
export async function planExpiry(work: Work, accountId: string): Promise<ExpiryPlan | undefined> {
  const stack = await findStack(work.db, stackOfAccount(accountId));
  const parsed = BaselineInputs.safeParse(stack?.inputs);
  const row = await findAccount(work.db, accountId);
  if (stack === undefined || row === undefined || !parsed.success) return undefined;
  const last = parsed.data;
  const adoptions = (stack.adoptions ?? []) as Adoption[];
  const standing = standingRegions(stack);
  const plan = {
    inputs: {
      ...last,
      ...withoutExpired(last, countingExtensions(row.extensions, row.weakenings, work.now()), work.now()),
    },
    ...{ adoptions, imported: new Set(stack.imported ?? []), driftRecorded: false },
    leaving: standing.filter((region) => !last.regions.includes(region)),
  };
  if (pendingAdoptions(plan).length > 0) return undefined;
  const begunHere = stack.deployedHash === null && stack.lastOperationId === work.operation.id;
  const asDeployed = stack.deployedHash === hashDeployed(last, work.programVersion) || begunHere;
  return { plan, stack, nothingElse: asDeployed && (stack.drift as { inState?: boolean } | null)?.inState !== true };
}

type Extensions = Pick<BaselineInputs, "extensions" | "endedExtensions">;

/** The entries of a deployment without those that have expired, which are undone, as is what the deployment was undoing. Pure. */
export function withoutExpired(
  { extensions, endedExtensions }: Extensions,
  { endedExtensions: ended }: { readonly endedExtensions: readonly Extension[] },
  now: Date,
): Extensions {
  const expired = extensions.filter((entry) => "expires" in entry && Date.parse(entry.expires) <= now.getTime());
  const named = new Set([...expired, ...endedExtensions].map(nameOf));
  return {
    extensions: extensions.filter((entry) => !expired.includes(entry)),
    endedExtensions: ended.filter((entry) => named.has(nameOf(entry))),
  };
}

const nameOf = ({ type, name }: Extension): string => `${type} ${name}`;
