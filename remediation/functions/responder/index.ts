import { SQSClient } from "@aws-sdk/client-sqs";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { log, readEnvironment, VARIABLES } from "../environment.ts";
import { quarantine } from "../quarantine.ts";
import { sooner } from "../sooner.ts";
import { composeResponse, RESPONSE_VARIABLES } from "./compose.ts";
import { responderHandler } from "./handler.ts";

const environment = readEnvironment(
  { ...RESPONSE_VARIABLES, BULWARK_QUARANTINE_URL: VARIABLES.BULWARK_QUARANTINE_URL },
  process.env,
);
const { responder, closeSessions } = composeResponse(environment);
const sqs = new SQSClient({ region: environment.AWS_REGION, useQueueUrlAsEndpoint: false });

const respond = responderHandler({
  responder,
  quarantine: quarantine(sqs, environment.BULWARK_QUARANTINE_URL, "responder"),
  log,
  done: closeSessions,
});

/** What Lambda calls with messages of the queues of findings and of requests. */
export const handler = async (event: SQSEvent): Promise<SQSBatchResponse> => sooner(sqs, event, await respond(event));
