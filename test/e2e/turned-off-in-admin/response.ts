import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { Lambda } from "@aws-sdk/client-lambda";
import { SSM } from "@aws-sdk/client-ssm";
import { awsNames } from "../../../programs/names.ts";
import { type AdminAccounts, HOME, orNone, type TurnedOffInAdmin } from "./row.ts";

const RESPONDER = awsNames.responseFunction("responder");
const CLICKS = awsNames.responseFunction("slack-clicks");
const POLICY = `${awsNames.responseParameters}/policy`;

const lambda = ({ security }: AdminAccounts) => new Lambda(security(HOME));
const ledger = ({ security }: AdminAccounts) => new DynamoDB(security(HOME));
const parameters = ({ security }: AdminAccounts) => new SSM(security(HOME));

async function requestsFeed(at: AdminAccounts) {
  const { EventSourceMappings = [] } = await lambda(at).listEventSourceMappings({ FunctionName: RESPONDER });
  return EventSourceMappings.find(({ EventSourceArn = "" }) => EventSourceArn.endsWith(`:${awsNames.requests}`));
}

/** The response stopped by hand, piece by piece. */
export const RESPONSE: readonly TurnedOffInAdmin[] = [
  {
    type: "aws:lambda/function:Function",
    drifts: `response-responder-${HOME}`,
    turnOff: (at) => lambda(at).updateFunctionConfiguration({ FunctionName: RESPONDER, Timeout: 1 }),
    read: async (at) => (await lambda(at).getFunctionConfiguration({ FunctionName: RESPONDER })).Timeout,
  },
  {
    type: "aws:lambda/eventSourceMapping:EventSourceMapping",
    drifts: `response-responder-feed-requests-${HOME}`,
    turnOff: async (at) => {
      const { UUID } = (await requestsFeed(at)) ?? {};
      return lambda(at).updateEventSourceMapping({ UUID, Enabled: false });
    },
    read: async (at) => /^Enabl/.test((await requestsFeed(at))?.State ?? ""),
  },
  {
    type: "aws:lambda/functionUrl:FunctionUrl",
    drifts: `response-clicks-url-${HOME}`,
    turnOff: (at) => lambda(at).updateFunctionUrlConfig({ FunctionName: CLICKS, AuthType: "AWS_IAM" }),
    read: async (at) => (await lambda(at).getFunctionUrlConfig({ FunctionName: CLICKS })).AuthType,
  },
  {
    type: "aws:lambda/permission:Permission",
    drifts: `response-clicks-url-permission-${HOME}`,
    turnOff: (at) => lambda(at).removePermission({ FunctionName: CLICKS, StatementId: "Url" }),
    read: async (at) => {
      const found = await orNone(lambda(at).getPolicy({ FunctionName: CLICKS }));
      const { Statement = [] } = JSON.parse(typeof found === "string" ? "{}" : (found.Policy ?? "{}")) as {
        Statement?: readonly { readonly Sid: string }[];
      };
      return Statement.map(({ Sid }) => Sid).sort();
    },
  },
  {
    type: "aws:dynamodb/table:Table",
    drifts: `response-ledger-${HOME}`,
    turnOff: (at) =>
      ledger(at).updateContinuousBackups({
        TableName: awsNames.incidents,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
      }),
    read: async (at) =>
      (await ledger(at).describeContinuousBackups({ TableName: awsNames.incidents })).ContinuousBackupsDescription
        ?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus,
  },
  {
    type: "aws:ssm/parameter:Parameter",
    drifts: `response-settings-policy-${HOME}`,
    turnOff: (at) => parameters(at).putParameter({ Name: POLICY, Value: "{}", Overwrite: true }),
    read: async (at) => (await parameters(at).getParameter({ Name: POLICY })).Parameter?.Value,
  },
];
