import { EXTERNAL_ACCESS } from "../finding-resources.ts";
import type { Manifest } from "../manifest.ts";

/** Takes strange accounts out of queue policies. Control: Security Hub User Guide, "Security Hub CSPM controls for Amazon SQS". */
export const unauthorizedPrincipalsSqs: Manifest = {
  name: "unauthorized-principals-sqs",
  title: "Unauthorized principals of queues",
  what: "A queue's policy lets in nobody but accounts of the organization and partners.",
  controls: [{ id: "SQS.3" }],
  findingTypes: EXTERNAL_ACCESS,
  resourceTypes: ["AwsSqsQueue"],
  scope: "regional",
  role: [
    {
      sid: "Queues",
      actions: ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags", "sqs:SetQueueAttributes"],
      resources: ["arn:{partition}:sqs:*:{account}:*"],
    },
  ],
  customAction: {
    id: "SqsPrincipals",
    name: "Close queue policy",
    description: "Takes accounts out of the queue's policy that are neither of the organization nor partners",
  },
  mode: "observe",
};
