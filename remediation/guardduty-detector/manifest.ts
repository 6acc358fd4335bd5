import type { Manifest } from "../manifest.ts";

/**
 * Has GuardDuty watch again, by the baseline. Control: Security Hub User Guide, "Security Hub CSPM controls for Amazon GuardDuty"; listing has no
 * resource (Service Authorization Reference, Amazon GuardDuty).
 */
export const guardDutyDetector = {
  name: "guardduty-detector",
  title: "GuardDuty",
  what: "The baseline is deployed again, and GuardDuty watches the region.",
  controls: [{ id: "GuardDuty.1" }],
  findingTypes: [],
  resourceTypes: ["AwsAccount"],
  scope: "regional",
  role: [
    { sid: "List", actions: ["guardduty:ListDetectors"], resources: ["*"] },
    {
      sid: "Look",
      actions: ["guardduty:GetDetector"],
      resources: ["arn:{partition}:guardduty:*:{account}:detector/*"],
    },
  ],
  customAction: {
    id: "GuardDutyDetector",
    name: "Repair GuardDuty",
    description: "Deploys the account's baseline again where GuardDuty does not watch the region",
  },
  mode: "observe",
  irreversible: true,
  repairs: "baseline",
} as const satisfies Manifest;
