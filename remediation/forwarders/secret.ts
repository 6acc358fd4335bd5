import { SecretsProvider } from "@aws-lambda-powertools/parameters/secrets";
import { SSMProvider } from "@aws-lambda-powertools/parameters/ssm";
import { PARAMETER, SECRET } from "./secret-reference.ts";

/** Gives what a reference stands for, from AWS. */
export type SecretSource = (reference: string) => Promise<string>;

/** Reads a secret by its reference; `fresh` where the value of before does not work any more. */
export type SecretReader = (reference: string, fresh?: boolean) => Promise<string>;

/**
 * A reader that asks AWS again after a while, so that a rotated secret counts without a deployment, and keeps the old value while AWS does not
 * answer.
 *
 * @param maxAge of a value, in milliseconds
 */
export function secretReader(source: SecretSource, now: () => Date, maxAge = 5 * 60_000): SecretReader {
  const known = new Map<string, { readonly value: string; readonly at: number }>();
  return async (reference, fresh = false) => {
    const kept = known.get(reference);
    const at = now().getTime();
    if (kept !== undefined && !fresh && at - kept.at < maxAge) return kept.value;
    try {
      const value = await source(reference);
      known.set(reference, { value, at });
      return value;
    } catch (error) {
      if (kept === undefined || fresh)
        throw new Error(`reading the secret ${reference}: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
      return kept.value;
    }
  };
}

/**
 * Values of Secrets Manager's secrets and Systems Manager's parameters, by ARN: both `GetSecretValue` and `GetParameter` take one (their API
 * references, `SecretId` and `Name`). Nothing is cached here. Throws where there is none.
 */
export function awsSecrets(): SecretSource {
  const secrets = new SecretsProvider();
  const parameters = new SSMProvider();
  return async (reference) => {
    const value = SECRET.test(reference)
      ? await secrets.get(reference, { forceFetch: true })
      : PARAMETER.test(reference)
        ? await parameters.get(reference, { forceFetch: true, decrypt: true })
        : undefined;
    if (typeof value === "string" && value !== "") return value;
    throw new Error("it is no ARN of a text in Secrets Manager or of a parameter of Systems Manager");
  };
}
