import type { ApiCall, AutomationPlan } from "../automation/plan.ts";

const DBInstanceIdentifier = "{{ DBInstanceIdentifier }}";
const instance: ApiCall = {
  right: "rds:DescribeDBInstances",
  service: "rds",
  api: "DescribeDBInstances",
  input: { DBInstanceIdentifier },
};
const property = "$.DBInstances[0].PubliclyAccessible";

/** RDS answers with the old state for minutes. */
const SECONDS = 1800;

export const rdsPublicAccessAutomation: readonly AutomationPlan[] = [
  {
    description: "Takes the public address from an RDS instance: whoever connects from outside of its VPC is cut off.",
    parameters: {
      DBInstanceIdentifier: { description: "The instance's name.", pattern: "^[A-Za-z][A-Za-z0-9-]{0,62}$" },
    },
    steps: [
      { name: "before", kind: "read", call: instance, outputs: { Public: [property, "Boolean"] } },
      { name: "choose", kind: "choose", output: "before.Public", ifTrue: "close", ifFalse: "verify" },
      {
        name: "close",
        kind: "change",
        call: {
          right: "rds:ModifyDBInstance",
          service: "rds",
          api: "ModifyDBInstance",
          input: { DBInstanceIdentifier, PubliclyAccessible: false },
        },
      },
      {
        name: "verify",
        kind: "verify",
        call: { ...instance, property, wanted: ["False"] },
        seconds: SECONDS,
        end: true,
      },
    ],
  },
];
