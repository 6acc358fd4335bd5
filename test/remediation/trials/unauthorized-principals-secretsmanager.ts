import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { unauthorizedPrincipalsSecretsManagerRemediation as remediation } from "../../../remediation/unauthorized-principals-secretsmanager/remediation.ts";
import { policyOf, sharedTooWidely } from "./shared-policies.ts";
import type { Trial } from "./trial.ts";

const secret = (given: boolean): Trial => ({
  remediation,
  async arrange({ id: AwsAccountId, access }, suffix) {
    const secrets = new SecretsManager(access());
    const Name = `${given ? "given" : "shared"}/${suffix}`;
    const { ARN: SecretId = "" } = await secrets.createSecret({ Name, SecretString: "statements" });
    const shared = sharedTooWidely("secretsmanager:GetSecretValue", "*");
    const ResourcePolicy = JSON.stringify(policyOf(given ? shared.given : shared.all));
    await secrets.putResourcePolicy({ SecretId, ResourcePolicy });
    return {
      finding: { AwsAccountId, Resources: [{ Type: "AwsSecretsManagerSecret", Id: SecretId }] },
      see: async () => {
        const found = await secrets.getResourcePolicy({ SecretId });
        return JSON.parse(found.ResourcePolicy ?? "null") as unknown;
      },
      remediated: given ? null : policyOf(shared.left),
    };
  },
  steps: {
    "secretsmanager:DeleteResourcePolicy": { forth: given ? "change" : "done", back: "done" },
    "secretsmanager:DescribeSecret": { forth: "read", back: "done" },
    "secretsmanager:GetResourcePolicy": { forth: "read", back: "read" },
    "secretsmanager:PutResourcePolicy": { forth: given ? "done" : "change", back: "undo" },
  },
});

/** A secret shared with a stranger and with everybody, beside a partner and a service. */
export const secretPolicyNarrowed = secret(false);
/** A secret whose policy is for a stranger alone. */
export const secretPolicyEmptied = secret(true);
