import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { awsSecrets, secretReader } from "../../forwarders/secret.ts";
import { type DeskEvent, deskForwarder, watchDesk } from "../../forwarders/service-desk/handler.ts";
import { ServiceDeskSettings } from "../../forwarders/service-desk/settings.ts";
import { MANIFESTS } from "../../manifests.ts";
import { dynamodbLedger } from "../../response/dynamodb-ledger.ts";
import { openIncidents } from "../../response/publish.ts";
import type { RequestMessage } from "../../response/request-message.ts";
import { dynamodbAlone } from "../dynamodb-alone.ts";
import { readEnvironment, VARIABLES } from "../environment.ts";
import { parameterOf } from "../parameter.ts";
import { quarantine } from "../quarantine.ts";
import { sooner } from "../sooner.ts";

const { AWS_REGION, BULWARK_PARAMETERS, BULWARK_QUARANTINE_URL, BULWARK_REQUESTS_URL, BULWARK_TABLE } = VARIABLES;
const environment = readEnvironment(
  { AWS_REGION, BULWARK_PARAMETERS, BULWARK_QUARANTINE_URL, BULWARK_REQUESTS_URL, BULWARK_TABLE },
  process.env,
);
const client = { region: environment.AWS_REGION, maxAttempts: 5 };
const now = () => new Date();
const dynamoDb = new DynamoDBClient(client);
const sqs = new SQSClient({ ...client, useQueueUrlAsEndpoint: false });
const settings = parameterOf(
  new SSMClient(client),
  `${environment.BULWARK_PARAMETERS}/service-desk`,
  ServiceDeskSettings,
  now,
);
const KINDS = { approved: "approve", rejected: "reject", closed: "acknowledge" } as const satisfies Record<
  DeskEvent["kind"],
  RequestMessage["kind"]
>;
const shared = {
  secrets: secretReader(awsSecrets(), now),
  alone: dynamodbAlone(dynamoDb, environment.BULWARK_TABLE, now),
  quarantine: quarantine(sqs, environment.BULWARK_QUARANTINE_URL, "service-desk"),
  async tell({ id, kind, incident, by }: DeskEvent): Promise<void> {
    const request: RequestMessage = {
      ...{ id: `desk:${id}`, kind: KINDS[kind], incident, who: by ?? "the service desk" },
      ...{ source: "service-desk", at: now().toISOString() },
    };
    await sqs.send(
      new SendMessageCommand({ QueueUrl: environment.BULWARK_REQUESTS_URL, MessageBody: JSON.stringify(request) }),
    );
  },
};
const incidents = {
  ledger: dynamodbLedger(dynamoDb, environment.BULWARK_TABLE),
  manifests: MANIFESTS,
  account: async () => ({ owner: null, environment: null }),
  link: async () => null,
};

/** What Lambda calls with messages of the queue of the service desk, and a schedule with nothing, each minute. */
export const handler = async (event: Partial<SQSEvent>): Promise<SQSBatchResponse | undefined> => {
  const { address, credentials, desk } = await settings();
  const forwarder = { ...shared, address, credentials, desk };
  if (event.Records !== undefined) {
    const taken = { Records: event.Records };
    return sooner(sqs, taken, await deskForwarder(forwarder)(taken));
  }
  await watchDesk(await openIncidents(incidents), forwarder);
  return undefined;
};
