import { EXTERNAL_ACCESS } from "../finding-resources.ts";
import type { Manifest } from "../manifest.ts";

/** Takes strange accounts out of topic policies. Control: Security Hub User Guide, "Security Hub CSPM controls for Amazon SNS". */
export const unauthorizedPrincipalsSns: Manifest = {
  name: "unauthorized-principals-sns",
  title: "Unauthorized principals of topics",
  what: "A topic's policy lets in nobody but accounts of the organization and partners; their subscriptions of before stay.",
  controls: [{ id: "SNS.4" }],
  findingTypes: EXTERNAL_ACCESS,
  resourceTypes: ["AwsSnsTopic"],
  scope: "regional",
  role: [
    {
      sid: "Topics",
      actions: ["sns:GetTopicAttributes", "sns:ListTagsForResource", "sns:SetTopicAttributes"],
      resources: ["arn:{partition}:sns:*:{account}:*"],
    },
  ],
  customAction: {
    id: "SnsPrincipals",
    name: "Close topic policy",
    description: "Takes accounts out of the topic's policy that are neither of the organization nor partners",
  },
  mode: "observe",
};
