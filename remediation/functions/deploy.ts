import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { SecurityHubClient } from "@aws-sdk/client-securityhub";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import { REMEDIATIONS } from "../remediations.ts";
import { dynamodbLedger } from "../response/dynamodb-ledger.ts";
import { sharedPace } from "../response/pace.ts";
import { INTERVAL, updateFindings } from "../response/security-hub.ts";
import { BULWARK } from "../response/times.ts";
import { together } from "../response/together.ts";
import type { Deployment } from "./deployment.ts";
import { environment } from "./environment.ts";
import type { FunctionLog } from "./log.ts";
import { organization } from "./organization.ts";
import { parameters } from "./parameters.ts";
import { repairSender } from "./queues.ts";
import { settingsReader } from "./response-settings.ts";
import { sessions } from "./sessions.ts";
import { publisher } from "./topic.ts";

/** What the functions that respond work with, by AWS clients of the function's own role. Throws where the environment is not whole. */
export function deploy(given: Readonly<Record<string, string | undefined>>, log: FunctionLog): Deployment {
  const variables = environment(
    given,
    "BULWARK_PARTITION",
    "BULWARK_ACCOUNT",
    "BULWARK_TABLE",
    "BULWARK_TOPIC_ARN",
    "BULWARK_PARAMETERS",
    "BULWARK_ACCOUNT_PARAMETERS",
    "BULWARK_ORGANIZATION",
    "BULWARK_REPAIRS_URL",
  );
  const now = () => new Date();
  const sts = new STSClient({});
  // What it would try again by itself would have no turn.
  const hub = new SecurityHubClient({ maxAttempts: 1 });
  const client = new DynamoDBClient({});
  const table = variables.BULWARK_TABLE;
  const turn = sharedPace({ client, table }, { name: "securityhub", interval: INTERVAL, now });
  return {
    ledger: dynamodbLedger(client, table),
    remediations: REMEDIATIONS,
    settings: settingsReader({
      parameters: parameters(new SSMClient({}), now),
      organization: organization(new OrganizationsClient({}), now),
      organizationId: variables.BULWARK_ORGANIZATION,
      account: variables.BULWARK_ACCOUNT,
      path: variables.BULWARK_PARAMETERS,
      accountPath: variables.BULWARK_ACCOUNT_PARAMETERS,
      now,
      log,
    }),
    sessions: () => sessions(sts, variables.BULWARK_PARTITION),
    // In the home region, where the findings of all regions are.
    update: together((findings, told) => updateFindings(hub, findings, { ...told, by: BULWARK }, { turn }), turn),
    repair: repairSender(new SQSClient({}), variables.BULWARK_REPAIRS_URL),
    publish: publisher(new SNSClient({}), variables.BULWARK_TOPIC_ARN),
    now,
  };
}
