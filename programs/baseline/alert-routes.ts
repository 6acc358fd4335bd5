import { EventRule } from "@pulumi/aws/cloudwatch/eventRule.js";
import { EventTarget } from "@pulumi/aws/cloudwatch/eventTarget.js";
import { Key } from "@pulumi/aws/kms/key.js";
import { Topic } from "@pulumi/aws/sns/topic.js";
import { TopicPolicy } from "@pulumi/aws/sns/topicPolicy.js";
import { TopicSubscription } from "@pulumi/aws/sns/topicSubscription.js";
import { openFindings } from "../admin/alerts/findings.ts";
import { findingTopicPolicy, topicKeyPolicy } from "../admin/alerts/policies.ts";
import type { AlertRouteEntry } from "../extensions/alert-route.ts";
import { entriesOf } from "../extensions/extensions.ts";
import { awsNames, names, TAGS } from "../names.ts";
import { arn } from "../partition.ts";
import { identifyingTags } from "../recovery/tag.ts";
import type { BaselineStack } from "./stack.ts";

/** The team's own alerts: for each route and region a rule of the default event bus and a topic, and one key for all topics of a region. */
export function alertRoutes(stack: BaselineStack): void {
  const routes = entriesOf(stack.inputs.extensions, "alertRoute");
  for (const region of stack.inputs.regions) {
    const here = routes.filter(({ regions }) => regions?.includes(region) ?? true);
    if (here.length === 0) continue;
    const key = routeKey(stack, region);
    for (const route of here) declareRoute(stack, region, key, route);
  }
}

/** AWS's own key for SNS can't be used by EventBridge (Amazon SNS Developer Guide, "Managing Amazon SNS encryption keys"). */
function routeKey({ inputs, member }: BaselineStack, region: string): Key {
  const name = names.extensionKey(region);
  return new Key(
    name,
    {
      region,
      description: "Alerts of the account's team on their way",
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: JSON.stringify(topicKeyPolicy(inputs.partition, inputs.accountId)),
      tags: identifyingTags(`account-${inputs.accountId}`, name),
    },
    { provider: member },
  );
}

function declareRoute({ inputs, member: provider }: BaselineStack, region: string, key: Key, route: AlertRouteEntry) {
  const { partition, accountId } = inputs;
  const part = (which: string) => names.extensionRoute(which, route.name, region);
  const name = awsNames.extension(route.name);
  const topic = new Topic(part("topic"), { region, name, kmsMasterKeyId: key.arn, tags: TAGS }, { provider });
  const document = findingTopicPolicy(arn(partition, "sns", region, accountId, name));
  const policy = new TopicPolicy(
    part("topic-policy"),
    { region, arn: topic.arn, policy: JSON.stringify(document) },
    { provider },
  );
  const queueArn = (queue: string) => arn(partition, "sqs", region, accountId, queue);
  const subscribers = [
    ...(route.emails ?? []).map((email) => ["email", email, email] as const),
    ...(route.urls ?? []).map((url) => ["https", url, url] as const),
    ...(route.queues ?? []).map((queue) => ["sqs", queue, queueArn(queue)] as const),
  ];
  for (const [protocol, label, endpoint] of subscribers) {
    new TopicSubscription(
      part(`${protocol}-${label}`),
      { region, topic: topic.arn, protocol, endpoint },
      { provider, dependsOn: [policy] },
    );
  }
  const rule = new EventRule(
    part("rule"),
    {
      region,
      name,
      description: "Open findings of this account, for its team. Managed by Bulwark.",
      eventPattern: JSON.stringify(routePattern(route)),
      // Said, because the provider keeps whatever is there where a program says nothing: a rule that was disabled would stay so.
      state: "ENABLED",
      tags: TAGS,
    },
    { provider },
  );
  new EventTarget(
    part("target"),
    { region, rule: rule.name, targetId: "team", arn: topic.arn },
    { provider, dependsOn: [policy] },
  );
}

/** The events that a route takes. The bus has those of its own account and region (Security Hub User Guide, "Using EventBridge"). */
export function routePattern({ severities, products, controls }: AlertRouteEntry) {
  const { detail, ...events } = openFindings(severities);
  return {
    ...events,
    detail: {
      findings: {
        ...detail.findings,
        ...(products === undefined ? {} : { ProductName: products }),
        ...(controls === undefined ? {} : { Compliance: { SecurityControlId: controls } }),
      },
    },
  };
}
