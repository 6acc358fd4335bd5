import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { output, policy, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { absent, snsClient, topicAttributes } from "./client.ts";

async function put(place: Place, arn: string, document: string): Promise<void> {
  const sns = await place.client(snsClient);
  await during(`setting SNS Topic Policy (${arn})`, () =>
    sns.setTopicAttributes({ TopicArn: arn, AttributeName: "Policy", AttributeValue: document }),
  );
}

/** The policy that a topic begins with: everything for its owner, nothing for others. */
function firstPolicy(arn: string, owner: string): string {
  return JSON.stringify({
    Version: "2008-10-17",
    Id: "__default_policy_ID",
    Statement: [
      {
        Sid: "__default_statement_ID",
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: [
          "SNS:GetTopicAttributes",
          "SNS:SetTopicAttributes",
          "SNS:AddPermission",
          "SNS:RemovePermission",
          "SNS:DeleteTopic",
          "SNS:Subscribe",
          "SNS:ListSubscriptionsByTopic",
          "SNS:Publish",
        ],
        Resource: arn,
        Condition: { StringEquals: { "AWS:SourceOwner": owner } },
      },
    ],
  });
}

export const topicPolicy = resource({
  title: "SNS Topic Policy",
  properties: {
    arn: string({ required: true, replaces: true }),
    policy: policy({ required: true }),
    owner: output(string()),
  },
  label: (inputs) => inputs.arn,
  async create(place, inputs) {
    await put(place, inputs.arn, inputs.policy);
    return inputs.arn;
  },
  async read(place, id) {
    const live = await topicAttributes(place, id);
    return live?.Policy === undefined ? undefined : { arn: id, policy: live.Policy, owner: live.Owner };
  },
  update: (place, id, inputs) => put(place, id, inputs.policy),
  // A topic always has a policy.
  async delete(place, id, state) {
    await unless(put(place, id, firstPolicy(id, state.owner ?? place.accountId)), ...absent);
  },
});
