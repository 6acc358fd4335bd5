import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { SecurityHubClient } from "@aws-sdk/client-securityhub";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import type { z } from "zod";
import { MANIFESTS } from "../../manifests.ts";
import { REMEDIATIONS } from "../../remediations.ts";
import { dynamodbLedger } from "../../response/dynamodb-ledger.ts";
import { incidentOf } from "../../response/incident.ts";
import { readOrganization } from "../../response/organization.ts";
import { type Publisher, publishIncident } from "../../response/publish.ts";
import { settingsReader } from "../../response/read-settings.ts";
import type { Responder } from "../../response/responder.ts";
import { updateFindings } from "../../response/security-hub.ts";
import { type OpenSession, openSession } from "../../response/sessions.ts";
import { log, VARIABLES } from "../environment.ts";

/** What the response needs of its environment. */
export const RESPONSE_VARIABLES = {
  AWS_REGION: VARIABLES.AWS_REGION,
  BULWARK_PARTITION: VARIABLES.BULWARK_PARTITION,
  BULWARK_ORGANIZATION: VARIABLES.BULWARK_ORGANIZATION,
  BULWARK_TABLE: VARIABLES.BULWARK_TABLE,
  BULWARK_TOPIC_ARN: VARIABLES.BULWARK_TOPIC_ARN,
  BULWARK_PARAMETERS: VARIABLES.BULWARK_PARAMETERS,
  BULWARK_ACCOUNT_PARAMETERS: VARIABLES.BULWARK_ACCOUNT_PARAMETERS,
};
type Environment = z.output<z.ZodObject<typeof RESPONSE_VARIABLES>>;

/** The response on AWS, as a function has it from its start to its end. */
export interface Response {
  readonly responder: Responder;
  readonly publisher: Publisher;
  /** Ends the sessions of an invocation. */
  closeSessions(): void;
}

/** What is Bulwark's own: nothing of it is touched by a remediation, whatever the settings say. */
const own = (partition: string): readonly string[] => [
  `arn:${partition}:iam::*:role/Bulwark*`,
  `arn:${partition}:iam::*:role/aws-service-role/*`,
  `arn:${partition}:iam::*:role/OrganizationAccountAccessRole`,
  `arn:${partition}:s3:::bulwark-*`,
  `arn:${partition}:*:*:*:bulwark-*`,
  `arn:${partition}:*:*:*:function:bulwark-*`,
];

/** Makes the response of its environment. Connects to nothing yet. */
export function composeResponse(environment: Environment): Response {
  const { AWS_REGION: region, BULWARK_PARTITION: partition, BULWARK_TABLE, BULWARK_TOPIC_ARN } = environment;
  const now = () => new Date();
  const settings = { region, maxAttempts: 5 };
  const sts = new STSClient(settings);
  const sns = new SNSClient(settings);
  const securityHub = new SecurityHubClient(settings);
  const organization = readOrganization(new OrganizationsClient(settings), now);
  const untouchable = own(partition);
  const place = { settings: environment.BULWARK_PARAMETERS, accounts: environment.BULWARK_ACCOUNT_PARAMETERS };
  const read = settingsReader(new SSMClient(settings), organization, place, { untouchable }, now);
  const ledger = dynamodbLedger(new DynamoDBClient(settings), BULWARK_TABLE);
  const open: OpenSession[] = [];
  const publisher: Publisher = {
    ledger,
    manifests: MANIFESTS,
    account: async (accountId) => {
      // A message without them is better than none.
      const known = await read(accountId).catch(() => undefined);
      return { owner: known?.owner ?? null, environment: known?.environment ?? null };
    },
    link: async (accountId, id) => {
      const link = (await read(accountId).catch(() => undefined))?.policy.link;
      return link === undefined ? null : `${link.replace(/\/$/, "")}/remediations/${id}`;
    },
    send: async (incident) => {
      const attribute = (StringValue: string) => ({ DataType: "String", StringValue });
      await sns.send(
        new PublishCommand({
          TopicArn: BULWARK_TOPIC_ARN,
          Message: JSON.stringify(incident),
          MessageAttributes: {
            status: attribute(incident.status),
            severity: attribute(incident.severity),
            account: attribute(incident.account),
          },
        }),
      );
    },
  };
  const responder: Responder = {
    ledger,
    remediations: REMEDIATIONS,
    settings: async (accountId) => {
      try {
        return (await read(accountId)).settings;
      } catch (error) {
        // Not known is not off: the decision fails closed, and somebody should hear why nothing happens.
        log("error", "the settings can't be read", { accountId, error: String(error) });
        return undefined;
      }
    },
    async facts(accountId) {
      const { policy } = await read(accountId);
      return {
        now: now(),
        organizationAccounts: await organization.accounts(),
        organizationId: environment.BULWARK_ORGANIZATION,
        partnerAccounts: policy.partnerAccounts,
        untouchable: [...untouchable, ...policy.protected],
        ...(policy.forensics === undefined ? {} : { forensics: policy.forensics }),
      };
    },
    async session({ manifest }, finding) {
      const opened = await openSession(sts, {
        ...{ partition, accountId: finding.AwsAccountId, region: finding.Region },
        ...{ remediation: manifest.name, incident: incidentOf(finding).id },
      });
      open.push(opened);
      return opened.session;
    },
    update: (finding, workflow, note) => updateFindings(securityHub, [finding], { workflow, note, by: "Bulwark" }),
    now,
    publish: (id) => publishIncident(publisher, id),
  };
  return {
    responder,
    publisher,
    closeSessions() {
      for (const { close } of open.splice(0)) close();
    },
  };
}
