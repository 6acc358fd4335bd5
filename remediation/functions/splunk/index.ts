import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { awsSecrets, secretReader } from "../../forwarders/secret.ts";
import { splunkForwarder } from "../../forwarders/splunk/handler.ts";
import { SplunkSettings } from "../../forwarders/splunk/settings.ts";
import { environment } from "../environment.ts";
import { functionLog } from "../log.ts";
import { needed, parameters } from "../parameters.ts";
import { quarantine } from "../queues.ts";
import { sooner } from "../sooner.ts";

const { BULWARK_PARAMETERS, BULWARK_QUARANTINE_URL } = environment(
  process.env,
  "BULWARK_PARAMETERS",
  "BULWARK_QUARANTINE_URL",
);
const log = functionLog("splunk", console.log);
const now = () => new Date();
const settings = parameters(new SSMClient({}), now);
const secrets = secretReader(awsSecrets(), now);
const sqs = new SQSClient({});
const later = sooner(sqs);
const kept = quarantine(sqs, BULWARK_QUARANTINE_URL, "splunk");
/** One channel for each process: Splunk counts acknowledgments by channel. */
const channel = randomUUID();

/** Sends every finding to Splunk. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const { acknowledged, ...set } = await needed(settings, `${BULWARK_PARAMETERS}/splunk`, SplunkSettings);
  const forward = splunkForwarder({
    ...set,
    secrets,
    channel: acknowledged ? channel : undefined,
    now,
    sleep: (milliseconds) => sleep(milliseconds),
    quarantine: kept,
    log: log.info,
  });
  return await later(event, await forward(event, context));
}
