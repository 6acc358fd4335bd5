import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { rootAccess } from "../sandbox/organization/root-access.ts";
import { type ServiceDeskReceiver, serviceDeskReceiver } from "../sandbox/receivers/service-desk.ts";
import { type SlackReceiver, slackReceiver } from "../sandbox/receivers/slack.ts";
import { type SplunkReceiver, splunkReceiver } from "../sandbox/receivers/splunk.ts";

/** Where people hear of findings in the demo: they check what they get as the real ones would. */
export interface Receivers {
  readonly slack: SlackReceiver;
  readonly splunk: SplunkReceiver;
  readonly desk: ServiceDeskReceiver;
  /** `features.response` of the settings that lead to them. */
  readonly settings: object;
  stop(): Promise<void>;
}

const CHANNEL = "C0SECURITY";
/** Who clicks in Slack. */
export const APPROVER = { user: "U0APPROVER", name: "Ada Approver" };
const SECRETS = {
  "demo/slack-token": "xoxb-demo",
  "demo/slack-signing-secret": "signing-secret-of-the-demo",
  "demo/splunk-token": "hec-token-of-the-demo",
  "demo/service-desk": "bulwark:password-of-the-demo",
};

/** Starts Slack, Splunk and a service desk on free ports of loopback, and keeps their secrets where the functions read them: in the security account. */
export async function startReceivers(aws: string, securityAccount: string, region: string): Promise<Receivers> {
  const slack = await slackReceiver({
    now: () => new Date(),
    tokens: [SECRETS["demo/slack-token"]],
    channels: [CHANNEL],
    signingSecret: SECRETS["demo/slack-signing-secret"],
  });
  const splunk = await splunkReceiver({ tokens: [SECRETS["demo/splunk-token"]] });
  const desk = await serviceDeskReceiver({ logins: [SECRETS["demo/service-desk"]] });
  const secrets = new SecretsManager(rootAccess(aws, securityAccount, region));
  const arns: Record<string, string> = {};
  for (const [Name, SecretString] of Object.entries(SECRETS)) {
    arns[Name] = (await secrets.createSecret({ Name, SecretString })).ARN ?? "";
  }
  secrets.destroy();
  const levels = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL"];
  return {
    ...{ slack, splunk, desk },
    settings: {
      // Everything else observes, as it does by itself.
      policy: { modes: { "s3-public-access-block": "automatic", "ec2-isolation": "ask" } },
      slack: {
        address: slack.address,
        token: arns["demo/slack-token"],
        signingSecret: arns["demo/slack-signing-secret"],
        routing: { defaultChannel: CHANNEL },
        people: [{ ...APPROVER, role: "approver" }],
      },
      splunk: { address: splunk.address, token: arns["demo/splunk-token"] },
      serviceDesk: {
        address: desk.address,
        credentials: arns["demo/service-desk"],
        desk: {
          incident: { reference: "ExternalId", version: "ExternalVersion" },
          template: { Service: "Cloud" },
          severities: Object.fromEntries(
            levels.map((level, at) => [level, { impact: `${at + 1}`, urgency: `${at + 1}` }]),
          ),
          groups: {},
          group: "Cloud security",
          closure: { ClosureCode: "Solved" },
          change: null,
        },
      },
    },
    async stop() {
      await Promise.all([slack.stop(), splunk.stop(), desk.stop()]);
    },
  };
}
