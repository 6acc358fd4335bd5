import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetFindingsCommand, SecurityHubClient } from "@aws-sdk/client-securityhub";
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { GetParameterCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { KILL_SWITCH } from "../../programs/bootstrap/response-rights.ts";
import { responseSessionPolicy } from "../../programs/bootstrap/response-session.ts";
import { awsNames } from "../../programs/names.ts";
import type { OrganizationSettings } from "../../programs/settings.ts";
import { dynamodbLedger } from "../../remediation/response/dynamodb-ledger.ts";
import { KillSwitch } from "../../remediation/response/settings.ts";
import { callAws } from "../../stacks/aws/call-error.ts";
import type { RoleChain } from "../../stacks/aws/role-chain.ts";
import { findingOf, getFindingsInput } from "./finding.ts";
import type { ResponseAws } from "./response-aws.ts";

export interface ResponseOfOrganizationOptions {
  readonly settings: Pick<OrganizationSettings, "partition" | "homeRegion" | "accounts">;
  readonly chain: Pick<RoleChain, "renewing">;
  /** Where every call goes instead of AWS's own endpoints. */
  readonly endpoint?: string | undefined;
}

/** Name of the sessions, where others carry their operation's id. */
const SESSION = "bulwark-response";
/** Milliseconds: a person waits for the answer. */
const PATIENCE = { connectionTimeout: 3_000, requestTimeout: 15_000 };

/** The response as the security account has it, by sessions of the deployment role that can do nothing else. */
export function createResponseAws({ settings, chain, endpoint }: ResponseOfOrganizationOptions): ResponseAws {
  const accountId = settings.accounts.security;
  const region = settings.homeRegion;
  const shared = {
    region,
    credentials: chain.renewing({
      ...{ accountId, role: "deployment", operationId: SESSION },
      sessionPolicy: responseSessionPolicy(settings),
    }),
    requestHandler: PATIENCE,
    ...(endpoint === undefined ? {} : { endpoint }),
  } as const;
  // Each try is a call of which there are three in a second: whoever asks is told to come again instead.
  const hub = new SecurityHubClient({ ...shared, maxAttempts: 1 });
  const sqs = new SQSClient({ ...shared, ...(endpoint === undefined ? {} : { useQueueUrlAsEndpoint: false }) });
  const ssm = new SSMClient(shared);
  const ledger = dynamodbLedger(new DynamoDBClient(shared), awsNames.incidents);
  const doing =
    (activity: string) =>
    <Answer>(call: string, ask: () => Promise<Answer>) =>
      callAws({ activity, accountId, region, call }, ask);
  const reading = doing("reading the ledger of incidents");
  const requesting = doing("handing a request to the responder");
  let queue: Promise<string> | undefined;

  async function requestsUrl(): Promise<string> {
    const { QueueUrl = "" } = await requesting("sqs:GetQueueUrl", () =>
      sqs.send(new GetQueueUrlCommand({ QueueName: awsNames.requests })),
    );
    return QueueUrl;
  }

  return {
    async findings(question) {
      const { Findings = [], NextToken } = await doing("reading findings")("securityhub:GetFindings", () =>
        hub.send(new GetFindingsCommand(getFindingsInput(question))),
      );
      return { items: Findings.map(findingOf), next: NextToken || undefined };
    },
    ledger: {
      list: (query) => reading("dynamodb:Query", () => ledger.list(query)),
      listed: (id) => reading("dynamodb:GetItem", () => ledger.listed(id)),
      about: (id) => reading("dynamodb:GetItem", () => ledger.about(id)),
      history: (id) => reading("dynamodb:Query", () => ledger.history(id)),
      lines: (id, epoch) => reading("dynamodb:Query", () => ledger.lines(id, epoch)),
    },
    async send(message) {
      queue ??= requestsUrl();
      // What was taken off may be deployed again.
      queue.catch(() => {
        queue = undefined;
      });
      const QueueUrl = await queue;
      await requesting("sqs:SendMessage", () =>
        sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(message) })),
      );
    },
    async readKillSwitch() {
      const place = { activity: "reading the kill switch", accountId, region, call: "ssm:GetParameter" };
      const found = await callAws(place, () => ssm.send(new GetParameterCommand({ Name: KILL_SWITCH })), [
        "ParameterNotFound",
      ]);
      return found === undefined ? undefined : killSwitchOf(found.Parameter?.Value ?? "");
    },
    async writeKillSwitch({ on, reason, by, at }) {
      await doing("setting the kill switch")("ssm:PutParameter", () =>
        ssm.send(
          new PutParameterCommand({
            Name: KILL_SWITCH,
            Description: "Stops every change of the response while it is on.",
            Type: "String",
            Value: JSON.stringify({ on, reason, by, at }),
            Overwrite: true,
          }),
        ),
      );
    },
  };
}

/** What can't be understood stops everything: that is how the responder takes it. */
function killSwitchOf(text: string): KillSwitch {
  const reason = `The parameter ${KILL_SWITCH} can't be read as a kill switch: nothing is changed until it is set anew.`;
  try {
    return KillSwitch.safeParse(JSON.parse(text)).data ?? { on: true, reason };
  } catch {
    return { on: true, reason };
  }
}
