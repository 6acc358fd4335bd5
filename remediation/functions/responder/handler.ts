import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { type RequestMessage, requestOf } from "../../response/request-message.ts";
import { acknowledge, approve, reject, suppress, undo } from "../../response/requests.ts";
import { respond } from "../../response/respond.ts";
import type { Responder } from "../../response/responder.ts";

/** What the handler works with. */
export interface ResponderParts {
  readonly responder: Responder;
  /** Keeps what nobody can ever work on, with the reason; rejects where it can't. */
  quarantine(body: string, why: string): Promise<void>;
  log(level: "info" | "error", message: string, details: Readonly<Record<string, unknown>>): void;
  /** When all of a batch is done. */
  done(): void;
}

/** Messages at once: most of the time is spent waiting for AWS, and one account's APIs take so many calls. */
const AT_ONCE = 5;

/**
 * The Lambda on the queues of findings and of requests. Of a batch each message is worked on alone: what failed, or has to come again, is given back
 * alone, and what nobody can ever work on is quarantined. Findings of one incident in a batch don't meet: the second comes again.
 */
export function responderHandler({ responder, quarantine, log, done }: ResponderParts) {
  const work = async ({ body, eventSourceARN }: SQSRecord): Promise<boolean> => {
    const request = eventSourceARN.endsWith(":bulwark-requests") ? requestOf(body) : undefined;
    if (request === undefined && eventSourceARN.endsWith(":bulwark-requests")) {
      await quarantine(body, "the message is no request");
      return true;
    }
    if (request !== undefined) return answer(request, body);
    const outcome = await respond(responder, body);
    if (outcome.kind === "wrong") {
      await quarantine(body, outcome.reason);
      return true;
    }
    if (outcome.kind === "done" || outcome.kind === "again") {
      log("info", "responded to a finding", { incident: outcome.id, state: outcome.state, why: outcome.why });
    }
    return outcome.kind !== "busy" && outcome.kind !== "again";
  };

  const answer = async (message: RequestMessage, body: string): Promise<boolean> => {
    const { kind, incident, who, source } = message;
    const act = { approve, reject, undo, suppress, acknowledge }[kind];
    const outcome = await act(responder, incident, who);
    if (outcome.kind === "refused") {
      log("info", "refused a request", { incident, kind, who, source, why: outcome.why });
      // Somebody works on it: the request is as good a little later.
      if (/is being worked on|is being changed/.test(outcome.why)) return false;
      if (/^there is no incident/.test(outcome.why)) await quarantine(body, outcome.why);
      return true;
    }
    log("info", "did what was asked for", { incident, kind, who, source, state: outcome.state, why: outcome.why });
    return outcome.kind === "done";
  };

  return async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const failed: string[] = [];
    const waiting = [...Records];
    const take = async (): Promise<void> => {
      for (let record = waiting.shift(); record !== undefined; record = waiting.shift()) {
        try {
          if (!(await work(record))) failed.push(record.messageId);
        } catch (error) {
          log("error", "a message comes again", { messageId: record.messageId, error: String(error) });
          failed.push(record.messageId);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, take));
    done();
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}
