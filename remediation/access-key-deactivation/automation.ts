import type { ApiCall, AutomationPlan, PlanStep } from "../automation/plan.ts";

const UserName = "{{ UserName }}";
const keys: ApiCall = { right: "iam:ListAccessKeys", service: "iam", api: "ListAccessKeys", input: { UserName } };

const status = (name: string, index: number): PlanStep => ({
  name,
  kind: "verify",
  call: { ...keys, property: `$.AccessKeyMetadata[${index}].Status`, wanted: ["Inactive"] },
  end: true,
});
const is = (index: number) => ({
  ...keys,
  property: `$.AccessKeyMetadata[${index}].AccessKeyId`,
  wanted: ["{{ AccessKeyId }}"] as const,
});

/** A user has two access keys at most (IAM User Guide, "IAM and AWS STS quotas"): it is the first or the second of the list. */
export const accessKeyDeactivationAutomation: readonly AutomationPlan[] = [
  {
    description: "Makes an access key of an IAM user inactive.",
    parameters: {
      UserName: { description: "Whose key it is.", pattern: "^[A-Za-z0-9+=,.@_-]{1,64}$" },
      AccessKeyId: { description: "The access key.", pattern: "^AKIA[A-Z0-9]{12,124}$" },
    },
    steps: [
      { name: "before", kind: "read", call: keys, outputs: { Keys: ["$.AccessKeyMetadata", "MapList"] } },
      {
        name: "deactivate",
        kind: "change",
        call: {
          right: "iam:UpdateAccessKey",
          service: "iam",
          api: "UpdateAccessKey",
          input: { UserName, AccessKeyId: "{{ AccessKeyId }}", Status: "Inactive" },
        },
      },
      { name: "isFirst", kind: "ask", call: is(0), ifSo: "verifyFirst", ifNot: "isSecond" },
      status("verifyFirst", 0),
      { name: "isSecond", kind: "verify", call: is(1) },
      status("verifySecond", 1),
    ],
  },
];
