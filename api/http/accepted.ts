import type { Acceptance, AcceptOptions } from "../operations/accept.ts";
import { acceptWithin, explainConflict } from "../operations/accept.ts";
import type { Db } from "../store/connection.ts";
import type { Answer, Call, Documented } from "./route.ts";
import { OperationBody } from "./schemas.ts";

/** What the handlers of long work need. */
export type Accepting = AcceptOptions;

export const acceptedResponses: Readonly<Record<202, Documented>> = {
  202: { description: "Accepted: follow `Location`. It will be done, whatever dies.", schema: OperationBody },
};

/** What is to be accepted, but for what the call itself says. */
export type Prepared = Omit<Acceptance, "origin" | "requestedBy" | "requestId"> & {
  /** Locks the resource whose ETag `If-Match` means, and presents it as GET does. */
  readonly current?: (transaction: Db) => Promise<object>;
};

/** Answers a request for long work: what `prepare` checked and described is accepted, where `If-Match` allows it. */
export async function accept(
  accepting: Accepting,
  call: Pick<
    Call<undefined, undefined, undefined>,
    "principal" | "requestId" | "write" | "conditional" | "requireMatch"
  >,
  prepare: () => Promise<Prepared>,
): Promise<Answer> {
  const { principal, requestId } = call;
  const { current, ...operation } = await prepare();
  const acceptance = { ...operation, origin: "api" as const, requestedBy: principal.name, requestId };
  try {
    return await call.write(async (transaction) => {
      // Not otherwise: a preview may be of an account that is not known yet.
      if (current !== undefined && call.conditional) call.requireMatch(await current(transaction));
      return accepted(await acceptWithin(transaction, accepting, acceptance));
    });
  } catch (error) {
    throw await explainConflict(accepting.db, acceptance.stack, error);
  }
}

function accepted(body: object): Answer {
  return { status: 202, body, headers: { Location: `/operations/${(body as { id: string }).id}` } };
}
