import { EventBridge } from "@aws-sdk/client-eventbridge";
import { Lambda } from "@aws-sdk/client-lambda";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import type { SQS } from "@aws-sdk/client-sqs";
import { SSM } from "@aws-sdk/client-ssm";
import { awsNames } from "../../programs/names.ts";
import { type RootAccess, rootAccess } from "../../sandbox/organization/root-access.ts";
import { type SlackReceiver, slackReceiver } from "../../sandbox/receivers/slack.ts";
import { type Organization, startOrganization, untilEnded } from "../organization.ts";
import { startService } from "../service.ts";

export const REGION = "us-east-1";
/** Accounts of the sample organization that are empty, each with a channel in Slack: one message a second is what a channel takes. */
export const ACCOUNTS = ["100000000001", "100000000008", "100000000010"] as const;
const CHANNELS = ["C0000000001", "C0000000002", "C0000000003"] as const;
const TOKEN = "xoxb-benchmark";
const SIGNING = "signing-secret-of-the-benchmark";
/** Milliseconds: settings count for fifteen seconds. */
const SETTINGS_COUNT = 16_000;

/** Bulwark's response as it is deployed, with members and a receiver of Slack. */
export interface Installation {
  readonly organization: Organization;
  readonly slack: SlackReceiver;
  readonly security: string;
  root(accountId: string): RootAccess;
  /** Resolves when it counts. */
  setPolicy(policy: object): Promise<void>;
  /** Lets findings leave the event bus by the rules of these names, of which undefined are all, or keeps them there. */
  setRules(state: "on" | "off", names?: readonly string[]): Promise<void>;
  /** Feeds a function from its queues, or lets what comes wait there. */
  feed(name: "responder" | "slack", isFed: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** Deploys the admin stack and the members' baselines. Whoever asks for it stops it. */
export async function install(folder: string, python: string): Promise<Installation> {
  const now = () => new Date();
  const slack = await slackReceiver({ now, tokens: [TOKEN], channels: CHANNELS, signingSecret: SIGNING });
  try {
    const organization = await startOrganization(folder, 0, async (settings, aws) => {
      const { accounts } = settings as unknown as { accounts: { security: string } };
      const secrets = new SecretsManager(rootAccess(aws, accounts.security, REGION));
      const kept = async (Name: string, SecretString: string) =>
        (await secrets.createSecret({ Name, SecretString })).ARN ?? "";
      const told = {
        address: slack.address,
        token: await kept("slack-token", TOKEN),
        signingSecret: await kept("slack-signing", SIGNING),
        routing: {
          defaultChannel: CHANNELS[0],
          routes: ACCOUNTS.map((account, at) => ({ channel: CHANNELS[at], accounts: [account] })),
        },
      };
      secrets.destroy();
      return {
        ...settings,
        regions: [REGION],
        features: {
          ...settings.features,
          ...{
            systemsManager: { enabled: false },
            alerts: { heartbeat: { enabled: false } },
            response: { slack: told },
          },
        },
      };
    });
    try {
      await onboard(organization, python);
    } catch (error) {
      await organization.stop();
      throw error;
    }
    return installationOf(organization, slack);
  } catch (error) {
    await slack.stop();
    throw error;
  }
}

async function onboard(organization: Organization, python: string): Promise<void> {
  const { client, process } = await startService(organization, python, "first");
  try {
    const asked = await Promise.all(
      ACCOUNTS.map((accountId) => client.post<{ id: string }>("/accounts", { accountId })),
    );
    for (const { id } of asked) await untilEnded(client, id);
  } finally {
    await process.stop();
  }
}

function installationOf(organization: Organization, slack: SlackReceiver): Installation {
  const { security } = organization.settings.accounts;
  const root = (accountId: string) => rootAccess(organization.aws, accountId, REGION);
  const ssm = new SSM(root(security));
  const events = new EventBridge(root(security));
  const lambda = new Lambda(root(security));
  return {
    ...{ organization, slack, security, root },
    async setPolicy(policy) {
      const Name = `${awsNames.responseParameters}/policy`;
      await ssm.putParameter({ Name, Value: JSON.stringify(policy), Type: "String", Overwrite: true });
      await new Promise((settle) => setTimeout(settle, SETTINGS_COUNT));
    },
    async setRules(state, names) {
      const { Rules = [] } = await events.listRules({ NamePrefix: "bulwark-" });
      for (const { Name = "" } of Rules) {
        if (names !== undefined && !names.includes(Name)) continue;
        await (state === "on" ? events.enableRule({ Name }) : events.disableRule({ Name }));
      }
    },
    async feed(name, isFed) {
      const FunctionName = awsNames.responseFunction(name);
      const { EventSourceMappings = [] } = await lambda.listEventSourceMappings({ FunctionName });
      for (const { UUID } of EventSourceMappings) await lambda.updateEventSourceMapping({ UUID, Enabled: isFed });
    },
    async stop() {
      for (const client of [ssm, events, lambda]) client.destroy();
      await organization.stop();
      await slack.stop();
    },
  };
}

/** Messages that a queue has, those that somebody works on among them. */
export async function waitingIn(sqs: SQS, QueueUrl: string): Promise<number> {
  const { Attributes = {} } = await sqs.getQueueAttributes({
    QueueUrl,
    AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
  });
  return Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible);
}

/** Does something for each, so many at once. */
export async function inParallel<One>(all: readonly One[], atOnce: number, act: (one: One) => Promise<unknown>) {
  const left = [...all];
  const work = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await act(one);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
