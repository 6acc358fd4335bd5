import {
  GetTopicAttributesCommand,
  ListTagsForResourceCommand,
  SetTopicAttributesCommand,
  SNSClient,
} from "@aws-sdk/client-sns";
import { isNamed } from "../aws-errors.ts";
import { type NamedResource, nameOf } from "../finding-resources.ts";
import { policyState } from "../policy-decision.ts";
import { remediation } from "../remediation.ts";
import { decide, targetsOf } from "./decide.ts";
import { unauthorizedPrincipalsSns as manifest } from "./manifest.ts";

/** Who a topic's policy lets in; its state is the policy, which is always there. */
export const unauthorizedPrincipalsSnsRemediation = remediation<NamedResource, string | null>({
  manifest,
  targetsOf,
  decide,
  told: (topic) => `topic ${nameOf(topic)} in account ${topic.accountId}`,

  async tags(session, { arn: ResourceArn }) {
    const { Tags = [] } = await session.client(SNSClient).send(new ListTagsForResourceCommand({ ResourceArn }));
    return Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value]));
  },

  async read(session, { arn: TopicArn }) {
    try {
      const { Attributes } = await session.client(SNSClient).send(new GetTopicAttributesCommand({ TopicArn }));
      return policyState(Attributes?.Policy);
    } catch (error) {
      if (isNamed(error, "NotFoundException", "NotFound")) return undefined;
      throw error;
    }
  },

  async write(session, { arn: TopicArn }, _from, to) {
    if (to === null) throw new Error(`${TopicArn}: a topic can't be without a policy`);
    const attribute = { AttributeName: "Policy", AttributeValue: to };
    await session.client(SNSClient).send(new SetTopicAttributesCommand({ TopicArn, ...attribute }));
  },
});
