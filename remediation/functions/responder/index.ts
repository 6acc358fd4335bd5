import { SQSClient } from "@aws-sdk/client-sqs";
import { deploy } from "../deploy.ts";
import { environment } from "../environment.ts";
import { functionLog } from "../log.ts";
import { quarantine } from "../queues.ts";
import { sooner } from "../sooner.ts";
import { responderFunction } from "./messages.ts";

const log = functionLog("responder", console.log);
const { BULWARK_REQUESTS_URL, BULWARK_QUARANTINE_URL } = environment(
  process.env,
  "BULWARK_REQUESTS_URL",
  "BULWARK_QUARANTINE_URL",
);

const sqs = new SQSClient({});

/** Responds to findings, and works on people's requests. */
export const handler = responderFunction({
  deployment: deploy(process.env, log),
  quarantine: quarantine(sqs, BULWARK_QUARANTINE_URL, "responder"),
  requests: new URL(BULWARK_REQUESTS_URL).pathname.split("/").at(-1) ?? "",
  later: sooner(sqs),
  log,
});
