import type { ApiCall, AutomationPlan } from "../automation/plan.ts";

const KEY = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32}";
const input = { KeyId: "{{ KeyId }}" };
const status: ApiCall = { right: "kms:GetKeyRotationStatus", service: "kms", api: "GetKeyRotationStatus", input };

/** Which key can rotate KMS says itself, by the error of the change. */
export const kmsRotationAutomation: readonly AutomationPlan[] = [
  {
    description: "Turns on the yearly rotation of a customer's symmetric KMS key.",
    parameters: {
      KeyId: {
        description: "The key's ARN, or its ID.",
        pattern: `^(arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/)?(${KEY})$`,
      },
    },
    steps: [
      { name: "before", kind: "read", call: status, outputs: { Rotates: ["$.KeyRotationEnabled", "Boolean"] } },
      { name: "choose", kind: "choose", output: "before.Rotates", ifTrue: "verify", ifFalse: "rotate" },
      {
        name: "rotate",
        kind: "change",
        call: { right: "kms:EnableKeyRotation", service: "kms", api: "EnableKeyRotation", input },
      },
      {
        name: "verify",
        kind: "verify",
        call: { ...status, property: "$.KeyRotationEnabled", wanted: ["True"] },
        end: true,
      },
    ],
  },
];
