import { SQS } from "@aws-sdk/client-sqs";
import { unauthorizedPrincipalsSqsRemediation as remediation } from "../../../remediation/unauthorized-principals-sqs/remediation.ts";
import { policyOf, sharedTooWidely } from "./shared-policies.ts";
import type { Trial } from "./trial.ts";

const queue = (given: boolean): Trial => ({
  remediation,
  async arrange({ id: AwsAccountId, access }, suffix) {
    const sqs = new SQS(access());
    const QueueName = `${given ? "given" : "shared"}-${suffix}`;
    const arn = `arn:aws:sqs:us-east-1:${AwsAccountId}:${QueueName}`;
    const shared = sharedTooWidely("sqs:SendMessage", arn, "sqs:*");
    const { QueueUrl } = await sqs.createQueue({ QueueName });
    const Policy = JSON.stringify(policyOf(given ? shared.given : shared.all));
    await sqs.setQueueAttributes({ QueueUrl, Attributes: { Policy } });
    return {
      finding: { AwsAccountId, Resources: [{ Type: "AwsSqsQueue", Id: arn }] },
      see: async () => {
        const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["Policy"] });
        return JSON.parse(Attributes?.Policy ?? "null") as unknown;
      },
      remediated: given ? null : policyOf(shared.left),
    };
  },
  steps: {
    "sqs:GetQueueAttributes": { forth: "read", back: "read" },
    "sqs:GetQueueUrl": { forth: "read", back: "read" },
    "sqs:ListQueueTags": { forth: "read", back: "done" },
    "sqs:SetQueueAttributes": { forth: "change", back: "undo" },
  },
});

/** A queue shared with a stranger and with everybody, beside a partner and a service. */
export const queuePolicyNarrowed = queue(false);
/** A queue whose policy is for a stranger alone. */
export const queuePolicyEmptied = queue(true);
