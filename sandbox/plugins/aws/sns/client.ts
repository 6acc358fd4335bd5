import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListTagsForResourceCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  type SNS,
  SNSClient,
  SubscribeCommand,
  TagResourceCommand,
  UnsubscribeCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-sns";
import { clientMaker } from "../../provider/client.ts";
import { unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";

export const snsClient = clientMaker<SNS>()(SNSClient, {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListTagsForResourceCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SubscribeCommand,
  TagResourceCommand,
  UnsubscribeCommand,
  UntagResourceCommand,
});

/** What SNS answers where there is no such topic or subscription. */
export const absent = ["NotFound", "NotFoundException"];

/** The attributes of a topic, if there is one. */
export async function topicAttributes(place: Place, arn: string): Promise<Partial<Record<string, string>> | undefined> {
  const sns = await place.client(snsClient);
  const answer = await unless(sns.getTopicAttributes({ TopicArn: arn }), ...absent);
  return answer && (answer.Attributes ?? {});
}
