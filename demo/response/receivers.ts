import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { rootAccess } from "../../sandbox/organization/root-access.ts";
import { type ServiceDeskReceiver, serviceDeskReceiver } from "../../sandbox/receivers/service-desk.ts";
import { type SlackReceiver, slackReceiver } from "../../sandbox/receivers/slack.ts";
import { type SplunkReceiver, splunkReceiver } from "../../sandbox/receivers/splunk.ts";

/** Slack, Splunk and a service desk of this machine, as the forwarders see them. */
export interface Receivers {
  readonly slack: SlackReceiver;
  readonly splunk: SplunkReceiver;
  readonly desk: ServiceDeskReceiver;
  stop(): Promise<void>;
}

/** What the receivers let in: worth nothing beyond this machine. */
const SECRETS = {
  "slack-token": "xoxb-demo",
  "slack-signing": "demo-signing-secret",
  "splunk-token": "demo-collector",
  "service-desk": "bulwark:demo",
} as const;
type SecretName = keyof typeof SECRETS;

/** Channels, by the ids that Slack shows in their details. */
const CHANNELS = { security: "C0SECURITY1", callouts: "C0CALLOUT11" } as const;

/** Whom Slack knows by this id, and who may approve. */
export const APPROVER = { user: "U0000000ADA", name: "Ada", role: "approver" } as const;

/** Starts the receivers on free ports of 127.0.0.1. */
export async function startReceivers(now: () => Date): Promise<Receivers> {
  const slack = await slackReceiver({
    now,
    tokens: [SECRETS["slack-token"]],
    channels: Object.values(CHANNELS),
    signingSecret: SECRETS["slack-signing"],
  });
  const splunk = await splunkReceiver({ tokens: [SECRETS["splunk-token"]] });
  const desk = await serviceDeskReceiver({ logins: [SECRETS["service-desk"]] });
  return {
    ...{ slack, splunk, desk },
    async stop() {
      await Promise.all([slack, splunk, desk].map((one) => one.stop()));
    },
  };
}

/**
 * Puts the receivers' secrets into Secrets Manager of the security account, as its people would.
 *
 * @returns their ARNs, in which AWS puts six characters of its own
 */
export async function keepSecrets(
  endpoint: string,
  securityAccount: string,
  region: string,
): Promise<Readonly<Record<SecretName, string>>> {
  const secrets = new SecretsManager(rootAccess(endpoint, securityAccount, region));
  const kept = await Promise.all(
    Object.entries(SECRETS).map(async ([Name, SecretString]) => {
      const { ARN } = await secrets.createSecret({ Name, SecretString });
      if (ARN === undefined) throw new Error(`creating the secret ${Name}: no ARN came back`);
      return [Name, ARN];
    }),
  );
  secrets.destroy();
  return Object.fromEntries(kept) as Record<SecretName, string>;
}

/** `features.response` of the settings: who is told, who may approve, and what happens without being asked. */
export function responseFeature({ slack, splunk, desk }: Receivers, arns: Readonly<Record<SecretName, string>>) {
  return {
    policy: { modes: { "s3-public-access-block": "automatic", "ec2-isolation": "ask" } },
    slack: {
      address: slack.address,
      routing: {
        routes: [{ channel: CHANNELS.callouts, severities: ["CRITICAL"] }],
        defaultChannel: CHANNELS.security,
      },
      people: [APPROVER],
      token: arns["slack-token"],
      signingSecret: arns["slack-signing"],
    },
    splunk: { address: splunk.address, token: arns["splunk-token"] },
    serviceDesk: {
      address: desk.address,
      credentials: arns["service-desk"],
      desk: {
        incident: { reference: "ExternalId", version: "ExternalVersion" },
        template: { Service: "Cloud" },
        severities: Object.fromEntries(
          ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL"].map((name, at) => [
            name,
            { impact: String(at + 1), urgency: String(at + 1) },
          ]),
        ),
        groups: {},
        group: "Cloud security",
        closure: { ClosureCode: "Solved" },
        change: null,
      },
    },
  };
}

/** How to ask each receiver what it has got, for a shell. */
export function waysToAsk({ slack, splunk, desk }: Receivers): readonly string[] {
  const { "slack-token": token, "service-desk": login } = SECRETS;
  return [
    `Slack      curl -s -H 'Authorization: Bearer ${token}' ${slack.address}/conversations.history -d channel=${CHANNELS.callouts}`,
    `desk       curl -s -u ${login} -G ${desk.address}/SM/9/rest/incidents --data-urlencode 'query=Status="Closed"'`,
    `Splunk     ${splunk.address}    (has ${splunk.indexed.length} events)`,
  ];
}
