import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { type AwsSecurityFinding, SecurityHub } from "@aws-sdk/client-securityhub";
import { MANIFESTS } from "../../remediation/manifests.ts";
import { type ServiceDeskReceiver, serviceDeskReceiver } from "../../sandbox/receivers/service-desk.ts";
import { type SlackReceiver, slackReceiver } from "../../sandbox/receivers/slack.ts";
import { type SplunkReceiver, splunkReceiver } from "../../sandbox/receivers/splunk.ts";
import { forwarders } from "../programs/samples.ts";
import { closeEnvironment, type Environment, type Shelter, startEnvironment } from "./environment.ts";

export const HOME = "us-east-1";
export const SECURITY = "222222222222";
/** The member that is deployed. */
export const MEMBER = "100000000001";
export const APPROVER = "U0123456789";
const CHANNEL = "C0123456789";
const SECRETS = {
  "slack-token": "xoxb-1",
  "slack-signing": "signing-secret",
  "splunk-token": "hec-1",
  desk: "bulwark:desk-1",
};
/** What is mended without a question; everything else is asked for. */
const AUTOMATIC = ["s3-public-access-block", "ebs-encryption-default"];

/** An organization whose findings are responded to, and who is told. */
export interface Responding {
  readonly environment: Environment;
  readonly slack: SlackReceiver;
  readonly splunk: SplunkReceiver;
  readonly desk: ServiceDeskReceiver;
  /** Imports a finding as a product of the member does. The same id again updates what is there. */
  found(id: string, more: Partial<AwsSecurityFinding>): Promise<void>;
  /** As Security Hub has it. */
  findingOf(id: string): Promise<AwsSecurityFinding | undefined>;
}

const shelter: Shelter = { parts: [] };
let started: Promise<Responding> | undefined;

/** Shared by the files that ask for it: the first one starts it, with its admin stack and one member deployed; a root hook ends it. */
export function respondingOrganization(): Promise<Responding> {
  started ??= start();
  return started;
}

async function start(): Promise<Responding> {
  const slack = await slackReceiver({
    now: () => new Date(),
    tokens: [SECRETS["slack-token"]],
    channels: [CHANNEL],
    signingSecret: SECRETS["slack-signing"],
  });
  const splunk = await splunkReceiver({ tokens: [SECRETS["splunk-token"]] });
  const desk = await serviceDeskReceiver({ logins: [SECRETS.desk] });
  const environment = await startEnvironment(shelter, (settings) => ({ ...settings, regions: [HOME] }));
  const secrets = new SecretsManager(environment.root(SECURITY));
  const arns: Record<string, string> = {};
  for (const [Name, SecretString] of Object.entries(SECRETS)) {
    arns[Name] = (await secrets.createSecret({ Name, SecretString })).ARN ?? "";
  }
  const all = forwarders({ partition: "aws", homeRegion: HOME });
  const modes = MANIFESTS.map(({ name }) => [name, AUTOMATIC.includes(name) ? "automatic" : "ask"] as const);
  await serveWith(environment, {
    policy: {
      modes: Object.fromEntries(modes),
      // As many as all scenes take in an hour.
      caps: { account: 1000, control: 1000, action: 1000 },
      protected: ["arn:aws:iam::*:role/BreakGlass"],
      partnerAccounts: ["444455556666"],
    },
    slack: {
      ...all.slack,
      ...{ token: arns["slack-token"], signingSecret: arns["slack-signing"], address: slack.address },
    },
    splunk: { ...all.splunk, token: arns["splunk-token"], address: splunk.address },
    serviceDesk: { ...all.serviceDesk, credentials: arns.desk, address: desk.address },
  });
  await environment.api.done("POST", "/admin/deployments", {});
  await environment.api.done("POST", "/accounts", { accountId: MEMBER });
  const hub = new SecurityHub(environment.root(MEMBER));
  const stop = async () => {
    await Promise.all([slack.stop(), splunk.stop(), desk.stop()]);
    secrets.destroy();
    hub.destroy();
  };
  shelter.parts.unshift({ name: "receivers", ended: Promise.resolve("exit code 0"), logPath: "", stop });

  /** When a product first told of each: a check that finds the same again updates what is there. */
  const created = new Map<string, string>();
  return {
    ...{ environment, slack, splunk, desk },
    async found(id, more) {
      const at = new Date().toISOString();
      const first = created.get(id) ?? at;
      created.set(id, first);
      const { FailedFindings } = await hub.batchImportFindings({
        Findings: [
          {
            SchemaVersion: "2018-10-08",
            Id: id,
            ProductArn: `arn:aws:securityhub:${HOME}:${MEMBER}:product/${MEMBER}/default`,
            GeneratorId: "test",
            AwsAccountId: MEMBER,
            ...{ CreatedAt: first, UpdatedAt: at },
            ...{ Title: id, Description: "Something is not as it shall be" },
            Types: ["Software and Configuration Checks/AWS Security Best Practices"],
            Severity: { Label: "HIGH" },
            Resources: [],
            ...more,
          },
        ],
      });
      assert.deepEqual(FailedFindings ?? [], []);
    },
    async findingOf(id) {
      const Filters = { Id: [{ Value: id, Comparison: "EQUALS" as const }] };
      return (await hub.getFindings({ Filters })).Findings?.[0];
    },
  };
}

async function serveWith({ service, settingsFile }: Environment, response: object): Promise<void> {
  const former = JSON.parse(await readFile(settingsFile, "utf8")) as { features: object };
  await service.stop();
  const features = { ...former.features, alerts: { heartbeat: { enabled: false } }, response };
  await writeFile(settingsFile, JSON.stringify({ ...former, features }));
  await service.start();
}

after("the organization that responds closes and leaves no process", async function () {
  this.timeout(600_000);
  await closeEnvironment(shelter);
});
