import { EXTERNAL_ACCESS } from "../finding-resources.ts";
import type { Manifest } from "../manifest.ts";

/** Takes strange accounts out of the policies of secrets. No control of Security Hub looks at them; Access Analyzer does. */
export const unauthorizedPrincipalsSecretsManager: Manifest = {
  name: "unauthorized-principals-secretsmanager",
  title: "Unauthorized principals of secrets",
  what: "A secret's policy lets in nobody but accounts of the organization and partners; who has read it still knows it.",
  controls: [],
  findingTypes: EXTERNAL_ACCESS,
  resourceTypes: ["AwsSecretsManagerSecret"],
  scope: "regional",
  role: [
    {
      sid: "Secrets",
      actions: [
        "secretsmanager:DeleteResourcePolicy",
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetResourcePolicy",
        "secretsmanager:PutResourcePolicy",
      ],
      resources: ["arn:{partition}:secretsmanager:*:{account}:secret:*"],
    },
  ],
  customAction: {
    id: "SecretPrincipals",
    name: "Close secret policy",
    description: "Takes accounts out of the secret's policy that are neither of the organization nor partners",
  },
  mode: "observe",
};
