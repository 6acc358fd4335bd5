import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import { awsSecrets, secretReader } from "../../forwarders/secret.ts";
import { dynamodbLock } from "../../forwarders/service-desk/dynamodb-lock.ts";
import { environment } from "../environment.ts";
import { incidentSource } from "../incident-source.ts";
import { functionLog } from "../log.ts";
import { organization } from "../organization.ts";
import { parameters } from "../parameters.ts";
import { quarantine, requestSender } from "../queues.ts";
import { sooner } from "../sooner.ts";
import { serviceDeskFunction } from "./tickets.ts";

const variables = environment(
  process.env,
  "BULWARK_TABLE",
  "BULWARK_REQUESTS_URL",
  "BULWARK_QUARANTINE_URL",
  "BULWARK_PARAMETERS",
  "BULWARK_ACCOUNT_PARAMETERS",
);
const now = () => new Date();
const dynamodb = new DynamoDBClient({});
const sqs = new SQSClient({});
const settings = parameters(new SSMClient({}), now);

/** Keeps tickets of incidents, and takes approvals and closures at the desk for requests. */
export const handler = serviceDeskFunction({
  parameters: settings,
  path: variables.BULWARK_PARAMETERS,
  incidents: incidentSource(dynamodb, settings, organization(new OrganizationsClient({}), now), variables),
  secrets: secretReader(awsSecrets(), now),
  lock: (until) => dynamodbLock(dynamodb, variables.BULWARK_TABLE, { id: randomUUID(), until, now }),
  request: requestSender(sqs, variables.BULWARK_REQUESTS_URL),
  quarantine: quarantine(sqs, variables.BULWARK_QUARANTINE_URL, "service-desk"),
  later: sooner(sqs),
  now,
  log: functionLog("service-desk", console.log),
});
