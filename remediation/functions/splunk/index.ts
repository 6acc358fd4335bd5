import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { awsSecrets, secretReader } from "../../forwarders/secret.ts";
import { splunkForwarder } from "../../forwarders/splunk/handler.ts";
import { SplunkSettings } from "../../forwarders/splunk/settings.ts";
import { log, readEnvironment, VARIABLES } from "../environment.ts";
import { parameterOf } from "../parameter.ts";
import { quarantine } from "../quarantine.ts";
import { sooner } from "../sooner.ts";

const { AWS_REGION, BULWARK_PARAMETERS, BULWARK_QUARANTINE_URL } = VARIABLES;
const environment = readEnvironment({ AWS_REGION, BULWARK_PARAMETERS, BULWARK_QUARANTINE_URL }, process.env);
const client = { region: environment.AWS_REGION, maxAttempts: 5 };
const now = () => new Date();
const settings = parameterOf(new SSMClient(client), `${environment.BULWARK_PARAMETERS}/splunk`, SplunkSettings, now);
const channel = randomUUID();
const sqs = new SQSClient({ ...client, useQueueUrlAsEndpoint: false });
const shared = {
  secrets: secretReader(awsSecrets(), now),
  now,
  sleep: (milliseconds: number) => sleep(milliseconds),
  quarantine: quarantine(sqs, environment.BULWARK_QUARANTINE_URL, "splunk"),
  log: (message: string) => log("info", message),
};

/** What Lambda calls with messages of the queue of all findings. */
export const handler = async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  const { address, token, destination, acknowledged } = await settings();
  const forwarder = { ...shared, address, token, destination, ...(acknowledged ? { channel } : {}) };
  return sooner(sqs, event, await splunkForwarder(forwarder)(event, context));
};
