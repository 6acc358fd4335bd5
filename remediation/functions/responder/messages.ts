import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { answerRequest } from "../../response/answer-request.ts";
import { readFinding } from "../../response/finding.ts";
import { RequestMessage } from "../../response/request-message.ts";
import { respond } from "../../response/respond.ts";
import { workOn } from "../batch.ts";
import { type Deployment, withResponder } from "../deployment.ts";
import type { FunctionLog } from "../log.ts";
import type { Quarantine } from "../queues.ts";
import type { Later } from "../sooner.ts";

/** Messages of a batch that are worked on at once: all, so that they share a call to Security Hub. Those of one incident the ledger keeps apart. */
const AT_ONCE = 10;

/** What the function is made of. */
export interface ResponderFunction {
  readonly deployment: Deployment;
  readonly quarantine: Quarantine;
  /** Name of the queue of requests; what comes from another is an event of Security Hub. */
  readonly requests: string;
  readonly later: Later;
  readonly log: FunctionLog;
}

/** A message that is not dealt with: SQS gives it again. */
class AgainError extends Error {
  override readonly name = "AgainError";
}

/**
 * The Lambda on the queues of findings and of people's requests. What nothing can be made of is quarantined; what somebody else works on, and what has to be
 * tried again, is reported and comes again.
 */
export function responderFunction(made: ResponderFunction): (event: SQSEvent) => Promise<SQSBatchResponse> {
  const { requests, later, log } = made;
  const work = (record: SQSRecord) =>
    record.eventSourceARN.split(":").at(-1) === requests ? onRequest(made, record) : onFinding(made, record);
  return async (event) => later(event, await workOn(event, work, { atOnce: AT_ONCE, log }));
}

async function onFinding({ deployment, quarantine, log }: ResponderFunction, record: SQSRecord): Promise<void> {
  const { body, messageId } = record;
  const read = readFinding(body);
  if (read.kind === "wrong") return await refuse(quarantine, log, record, read.reason);
  const answer = await withResponder(deployment, read.finding.AwsAccountId, (responder) => respond(responder, body));
  if (answer.kind === "wrong") return await refuse(quarantine, log, record, answer.reason);
  if (answer.kind === "busy") throw new AgainError("somebody works on its incident");
  if (answer.kind === "again") throw new AgainError(`incident ${answer.id} is ${answer.state}: ${answer.why}`);
  if (answer.kind === "done") {
    const { id: incident, state, why } = answer;
    log.info("a finding is dealt with", { messageId, account: read.finding.AwsAccountId, incident, state, why });
  }
}

async function onRequest({ deployment, quarantine, log }: ResponderFunction, record: SQSRecord): Promise<void> {
  const { messageId } = record;
  const read = RequestMessage.safeParse(json(record.body));
  if (!read.success) {
    // What a hostile message says does not come back.
    const wrong = read.error.issues.map(({ path }) => path.join(".") || "it").join(", ");
    return await refuse(quarantine, log, record, `the message is no request: wrong in ${wrong}`);
  }
  const request = read.data;
  const about = await deployment.ledger.about(request.incident);
  const answer = await withResponder(deployment, about?.finding.AwsAccountId, (responder) =>
    answerRequest(responder, request),
  );
  if (answer.kind === "unknown") return await refuse(quarantine, log, record, answer.why);
  if (answer.kind === "busy") throw new AgainError(`somebody works on incident ${request.incident}`);
  if (answer.kind === "again") throw new AgainError(`incident ${answer.id} is ${answer.state}: ${answer.why}`);
  const why = answer.kind === "duplicate" ? undefined : answer.why;
  const { id, kind, incident, source } = request;
  log.info("a request is answered", {
    messageId,
    request: id,
    asked: kind,
    incident,
    source,
    answer: answer.kind,
    why,
  });
}

async function refuse(quarantine: Quarantine, log: FunctionLog, record: SQSRecord, reason: string): Promise<void> {
  await quarantine(record.body, reason);
  log.error("a message is quarantined", { messageId: record.messageId, reason });
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
