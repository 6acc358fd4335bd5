import { AccessAnalyzer } from "@aws-sdk/client-accessanalyzer";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { KMS } from "@aws-sdk/client-kms";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { SNS } from "@aws-sdk/client-sns";
import { SSM } from "@aws-sdk/client-ssm";
import { awsNames, names } from "../../programs/names.ts";
import { readRoutes } from "./own-routes.ts";
import { DETAILS, type Member, WHOLE } from "./turned-off-row.ts";

type Team = Omit<Member, "vpc">;
type TeamState = Awaited<ReturnType<typeof readTeam>>;

/** How a resource of an extension is turned off by hand, and where that is to be seen. */
export interface TurnedOffOfTeam {
  readonly type: string;
  /** The resource that a drift check names. */
  readonly drifts: string;
  readonly turnOff: (team: Team) => Promise<unknown>;
  readonly shownBy: (state: TeamState) => unknown;
}

/** A route to a queue of the account. AWS lets nobody end a subscription by e-mail that nobody has confirmed. */
export const QUEUE_ROUTE = {
  ...{ type: "alertRoute", name: "queue", severities: ["HIGH"] },
  ...{ queues: ["team-findings"], regions: [DETAILS] },
};

const NAME = awsNames.extension("on-call");
const analyzerName = awsNames.organizationAnalyzer;

const topicIn = (region: string, { accountId }: Team, name = NAME) => `arn:aws:sns:${region}:${accountId}:${name}`;

async function suppressionOf({ security, accountId }: Team) {
  const hub = new SecurityHub(security(DETAILS));
  const { AutomationRulesMetadata = [] } = await hub.listAutomationRules({});
  return AutomationRulesMetadata.filter(({ RuleName }) => RuleName?.includes(accountId));
}

/** What an account has of its team's own, in it and for it in the security account, without what AWS names anew each time. */
export async function readTeam(team: Team) {
  const { own, security, accountId } = team;
  const [details, whole, { archiveRules = [] }, { Parameter }, suppressions] = await Promise.all([
    readRoutes(own(DETAILS)),
    readRoutes(own(WHOLE)),
    new AccessAnalyzer(security(DETAILS)).listArchiveRules({ analyzerName }),
    new SSM(security(DETAILS)).getParameter({ Name: awsNames.remediationModes(accountId) }),
    suppressionOf(team),
  ]);
  return {
    ...{ details, whole, modes: Parameter?.Value },
    archiveRules: archiveRules.flatMap(({ ruleName, filter }) =>
      ruleName?.includes(accountId) ? [{ ruleName, filter }] : [],
    ),
    suppressions: suppressions.map(({ RuleName, RuleStatus }) => `${RuleName} ${RuleStatus}`),
  };
}

/** All in this order. */
export const TURNED_OFF_OF_TEAM: readonly TurnedOffOfTeam[] = [
  {
    type: "aws:ssm/parameter:Parameter",
    drifts: names.remediationModes(DETAILS),
    turnOff: ({ security, accountId }) =>
      new SSM(security(DETAILS)).putParameter({
        Name: awsNames.remediationModes(accountId),
        Value: "{}",
        Overwrite: true,
      }),
    shownBy: ({ modes }) => modes,
  },
  {
    type: "aws:accessanalyzer/archiveRule:ArchiveRule",
    drifts: names.extensionArchiveRule("settlement-partner", DETAILS),
    turnOff: ({ security, accountId }) =>
      new AccessAnalyzer(security(DETAILS)).deleteArchiveRule({
        analyzerName,
        ruleName: awsNames.extensionArchiveRule(accountId, "settlement-partner"),
      }),
    shownBy: ({ archiveRules }) => archiveRules,
  },
  {
    type: "aws:securityhub/automationRule:AutomationRule",
    drifts: names.extensionSuppression("public-website", DETAILS),
    turnOff: async (team) => {
      const arns = (await suppressionOf(team)).map(({ RuleArn = "" }) => RuleArn);
      await new SecurityHub(team.security(DETAILS)).batchDeleteAutomationRules({ AutomationRulesArns: arns });
    },
    shownBy: ({ suppressions }) => suppressions,
  },
  {
    type: "aws:cloudwatch/eventRule:EventRule",
    drifts: names.extensionRoute("rule", "on-call", DETAILS),
    turnOff: ({ own }) => new EventBridge(own(DETAILS)).disableRule({ Name: NAME }),
    shownBy: ({ details }) => details.rules.map(({ state }) => state),
  },
  {
    type: "aws:cloudwatch/eventTarget:EventTarget",
    drifts: names.extensionRoute("target", "on-call", WHOLE),
    turnOff: ({ own }) => new EventBridge(own(WHOLE)).removeTargets({ Rule: NAME, Ids: ["team"] }),
    shownBy: ({ whole }) => whole.rules.map(({ targets }) => targets),
  },
  {
    type: "aws:sns/topic:Topic",
    drifts: names.extensionRoute("topic", "on-call", DETAILS),
    turnOff: (team) =>
      new SNS(team.own(DETAILS)).setTopicAttributes({
        TopicArn: topicIn(DETAILS, team),
        AttributeName: "KmsMasterKeyId",
        AttributeValue: "alias/aws/sns",
      }),
    shownBy: ({ details }) => details.topics.map(({ encrypted }) => encrypted),
  },
  {
    type: "aws:sns/topicPolicy:TopicPolicy",
    drifts: names.extensionRoute("topic-policy", "on-call", WHOLE),
    turnOff: (team) => {
      const TopicArn = topicIn(WHOLE, team);
      const Statement = [{ Effect: "Allow", Principal: "*", Action: "sns:Publish", Resource: TopicArn }];
      const AttributeValue = JSON.stringify({ Version: "2012-10-17", Statement });
      return new SNS(team.own(WHOLE)).setTopicAttributes({ TopicArn, AttributeName: "Policy", AttributeValue });
    },
    shownBy: ({ whole }) => whole.topics.map(({ policy }) => policy),
  },
  {
    type: "aws:sns/topicSubscription:TopicSubscription",
    drifts: names.extensionRoute(`sqs-${QUEUE_ROUTE.queues[0]}`, QUEUE_ROUTE.name, DETAILS),
    turnOff: async (team) => {
      const sns = new SNS(team.own(DETAILS));
      const TopicArn = topicIn(DETAILS, team, awsNames.extension(QUEUE_ROUTE.name));
      const { Subscriptions: [subscription] = [] } = await sns.listSubscriptionsByTopic({ TopicArn });
      await sns.unsubscribe({ SubscriptionArn: subscription?.SubscriptionArn });
    },
    shownBy: ({ details }) => details.topics.map(({ subscriptions }) => subscriptions),
  },
  {
    type: "aws:kms/key:Key",
    drifts: names.extensionKey(WHOLE),
    turnOff: async ({ own }) => {
      const kms = new KMS(own(WHOLE));
      const { Keys = [] } = await kms.listKeys({});
      for (const { KeyId } of Keys) {
        const { KeyMetadata: key } = await kms.describeKey({ KeyId });
        if (key?.KeyManager === "CUSTOMER" && key.Enabled) await kms.disableKey({ KeyId });
      }
    },
    shownBy: ({ whole }) => whole.keys.map(({ state }) => state),
  },
];
