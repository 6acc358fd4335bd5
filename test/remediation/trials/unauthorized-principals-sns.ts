import { SNS } from "@aws-sdk/client-sns";
import { unauthorizedPrincipalsSnsRemediation as remediation } from "../../../remediation/unauthorized-principals-sns/remediation.ts";
import { policyOf, sharedTooWidely } from "./shared-policies.ts";
import type { Trial } from "./trial.ts";

const topic = (given: boolean): Trial => ({
  remediation,
  async arrange({ id: AwsAccountId, access }, suffix) {
    const sns = new SNS(access());
    const { TopicArn = "" } = await sns.createTopic({ Name: `${given ? "given" : "shared"}-${suffix}` });
    const shared = sharedTooWidely("sns:Publish", TopicArn);
    const policy = policyOf(given ? shared.given : shared.all);
    await sns.setTopicAttributes({ TopicArn, AttributeName: "Policy", AttributeValue: JSON.stringify(policy) });
    const owner = {
      Sid: "Owner",
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${AwsAccountId}:root` },
      Action: ["sns:GetTopicAttributes", "sns:SetTopicAttributes"],
      Resource: TopicArn,
    };
    return {
      finding: { AwsAccountId, Resources: [{ Type: "AwsSnsTopic", Id: TopicArn }] },
      see: async () => {
        const { Attributes } = await sns.getTopicAttributes({ TopicArn });
        return JSON.parse(Attributes?.Policy ?? "null") as unknown;
      },
      remediated: given ? { ...policyOf([owner]), Id: "Owner" } : policyOf(shared.left),
    };
  },
  steps: {
    "sns:GetTopicAttributes": { forth: "read", back: "read" },
    "sns:ListTagsForResource": { forth: "read", back: "done" },
    "sns:SetTopicAttributes": { forth: "change", back: "undo" },
  },
});

/** A topic shared with a stranger and with everybody, beside a partner and a service. */
export const topicPolicyNarrowed = topic(false);
/** A topic whose policy is for a stranger alone. */
export const topicPolicyEmptied = topic(true);
