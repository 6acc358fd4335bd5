import { Topic } from "@pulumi/aws/sns/topic.js";
import { TopicPolicy } from "@pulumi/aws/sns/topicPolicy.js";
import { TopicSubscription } from "@pulumi/aws/sns/topicSubscription.js";
import type { Output, Resource } from "@pulumi/pulumi";
import { awsNames, TAGS } from "../../names.ts";
import { ownTopicPolicy } from "../alerts/policies.ts";
import type { AdminStack } from "../stack.ts";
import type { ResponsePlace } from "./place.ts";

/** Of what was only observed people hear in reports: in an organization that observes, that is nearly every finding. */
const TOLD = { status: [{ "anything-but": ["observed"] }] };

/** The topic of incidents, to which the responder publishes. */
export function incidentTopic(
  { security: provider }: AdminStack,
  { region, topicArn }: ResponsePlace,
  keyArn: Output<string>,
): Resource {
  const topic = new Topic(
    `response-topic-${region}`,
    { region, name: awsNames.incidents, displayName: "Bulwark incidents", kmsMasterKeyId: keyArn, tags: TAGS },
    { provider },
  );
  return new TopicPolicy(
    `response-topic-policy-${region}`,
    { region, arn: topic.arn, policy: JSON.stringify(ownTopicPolicy(topicArn)) },
    { provider },
  );
}

/** Lets a forwarder's queue hear of incidents, and of grave findings as they come: those also while the responder is ill. */
export function subscribe(
  { security: provider }: AdminStack,
  { region, topicArn }: ResponsePlace,
  forwarder: string,
  queueArn: string,
  findings: readonly { readonly label: string; readonly arn: Output<string> }[],
  dependsOn: readonly Resource[],
): void {
  const to = { region, protocol: "sqs", endpoint: queueArn };
  new TopicSubscription(
    `response-${forwarder}-incidents-${region}`,
    { ...to, topic: topicArn, filterPolicyScope: "MessageAttributes", filterPolicy: JSON.stringify(TOLD) },
    { provider, dependsOn: [...dependsOn] },
  );
  for (const { label, arn } of findings) {
    new TopicSubscription(
      `response-${forwarder}-findings-${label}-${region}`,
      { ...to, topic: arn },
      { provider, dependsOn: [...dependsOn] },
    );
  }
}
