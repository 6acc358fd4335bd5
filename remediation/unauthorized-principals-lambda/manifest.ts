import { EXTERNAL_ACCESS } from "../finding-resources.ts";
import type { Manifest } from "../manifest.ts";

/**
 * Takes strange accounts out of the policies of functions, their versions and aliases. Control: Security Hub User Guide, "Security Hub CSPM
 * controls for AWS Lambda".
 */
export const unauthorizedPrincipalsLambda: Manifest = {
  name: "unauthorized-principals-lambda",
  title: "Unauthorized principals of functions",
  what: "A function's policy lets in nobody but accounts of the organization and partners.",
  controls: [{ id: "Lambda.1" }],
  findingTypes: EXTERNAL_ACCESS,
  resourceTypes: ["AwsLambdaFunction"],
  scope: "regional",
  role: [
    {
      sid: "Functions",
      actions: ["lambda:AddPermission", "lambda:GetPolicy", "lambda:ListTags", "lambda:RemovePermission"],
      resources: ["arn:{partition}:lambda:*:{account}:function:*"],
    },
  ],
  customAction: {
    id: "LambdaPrincipals",
    name: "Close Lambda policy",
    description: "Takes accounts out of the function's policy that are neither of the organization nor partners",
  },
  mode: "observe",
};
