import type { Acceptance, AcceptOptions } from "../operations/accept.ts";
import { acceptOperation, repeatedAnswer } from "../operations/accept.ts";
import { Problem } from "../problem.ts";
import { fingerprintOf, type IdempotentRequest } from "../store/idempotency.ts";
import type { Answer, Call, Documented } from "./route.ts";
import { OperationBody } from "./schemas.ts";

/** What the handlers of long work need. */
export type Accepting = AcceptOptions;

export const acceptedResponses: Readonly<Record<202, Documented>> = {
  202: { description: "Accepted: follow `Location`. It will be done, whatever dies.", schema: OperationBody },
};

// biome-ignore lint/suspicious/noExplicitAny: a handler of any route may accept an operation.
type AnyCall = Call<any, any, any>;

/**
 * Answers a request for long work: the first answer again where the request is a repeated one, else what `prepare`
 * checked and described, accepted.
 */
export async function accept(
  accepting: Accepting,
  call: AnyCall,
  prepare: () => Promise<Omit<Acceptance, "origin" | "requestedBy" | "requestId" | "idempotency">>,
): Promise<Answer> {
  const idempotency = idempotencyOf(call);
  const repeated = idempotency === undefined ? undefined : await repeatedAnswer(accepting.db, idempotency);
  if (repeated !== undefined) return accepted(repeated);
  const { principal, requestId } = call;
  try {
    const acceptance = {
      ...(await prepare()),
      origin: "api" as const,
      requestedBy: principal.name,
      requestId,
      idempotency,
    };
    return accepted(await acceptOperation(accepting, acceptance));
  } catch (error) {
    // The first of two requests with one key may have been accepted while this one was being checked.
    if (idempotency === undefined || !(error instanceof Problem) || error.status !== 409) throw error;
    const meanwhile = await repeatedAnswer(accepting.db, idempotency);
    if (meanwhile === undefined) throw error;
    return accepted(meanwhile);
  }
}

function accepted(body: object): Answer {
  return { status: 202, body, headers: { Location: `/operations/${(body as { id: string }).id}` } };
}

function idempotencyOf({ request, principal, body }: AnyCall): IdempotentRequest | undefined {
  const key = request.get("idempotency-key");
  if (key === undefined) return undefined;
  if (!/^[!-~]{1,255}$/.test(key)) {
    throw new Problem("invalid-request", "Idempotency-Key: must be 1 to 255 printable ASCII characters", {
      errors: [
        {
          field: "Idempotency-Key",
          message: "is not a key",
          allowed: "1 to 255 printable ASCII characters without spaces",
        },
      ],
    });
  }
  return { principal: principal.id, key, fingerprint: fingerprintOf(request.method, request.originalUrl, body) };
}
