import {
  DeleteResourcePolicyCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  PutResourcePolicyCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { isNamed } from "../aws-errors.ts";
import type { NamedResource } from "../finding-resources.ts";
import { policyState } from "../policy-decision.ts";
import { remediation } from "../remediation.ts";
import { decide, targetsOf } from "./decide.ts";
import { unauthorizedPrincipalsSecretsManager as manifest } from "./manifest.ts";

/** Who a secret's policy lets in; its state is the policy, `null` where there is none. */
export const unauthorizedPrincipalsSecretsManagerRemediation = remediation<NamedResource, string | null>({
  manifest,
  targetsOf,
  decide,
  told: ({ arn, accountId }) => `secret ${arn} in account ${accountId}`,

  async tags(session, { arn: SecretId }) {
    const { Tags = [] } = await session.client(SecretsManagerClient).send(new DescribeSecretCommand({ SecretId }));
    return Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value]));
  },

  async read(session, { arn: SecretId }) {
    try {
      const answer = await session.client(SecretsManagerClient).send(new GetResourcePolicyCommand({ SecretId }));
      return policyState(answer.ResourcePolicy);
    } catch (error) {
      if (isNamed(error, "ResourceNotFoundException")) return undefined;
      throw error;
    }
  },

  async write(session, { arn: SecretId }, _from, to) {
    const secrets = session.client(SecretsManagerClient);
    if (to === null) await secrets.send(new DeleteResourcePolicyCommand({ SecretId }));
    else await secrets.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy: to }));
  },
});
