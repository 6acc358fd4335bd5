import { fromIni, fromNodeProviderChain, fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import type { AwsCredentialIdentityProvider } from "@aws-sdk/types";
import type { Configuration, RoleToAssume } from "./configuration.ts";
import { CredentialsError } from "./errors.ts";

/**
 * The credentials that a provider works with: static keys, the profile (with `role_arn` and `source_profile`) or the
 * default chain, and on top of them each role of `assumeRoles` in turn.
 */
export async function credentialsFor(
  configuration: Configuration,
  region: string,
): Promise<AwsCredentialIdentityProvider> {
  const clientConfig = { region };
  const { profile, staticKeys, configFile, credentialsFile } = configuration;
  const files = {
    ...(configFile ? { configFilepath: configFile } : {}),
    ...(credentialsFile ? { filepath: credentialsFile } : {}),
  };
  const base: AwsCredentialIdentityProvider = staticKeys
    ? () => Promise.resolve(staticKeys)
    : profile
      ? fromIni({ profile, clientConfig, ...files })
      : fromNodeProviderChain({ clientConfig, ...files });
  const last = configuration.assumeRoles.reduce<AwsCredentialIdentityProvider>(
    (masterCredentials, role) =>
      fromTemporaryCredentials({ masterCredentials, clientConfig, params: assumeRoleInput(role) }),
    base,
  );
  return async (properties) => {
    try {
      return await last(properties);
    } catch (error) {
      throw new CredentialsError(error);
    }
  };
}

function assumeRoleInput(role: RoleToAssume) {
  return {
    RoleArn: role.roleArn,
    RoleSessionName: role.sessionName ?? `aws-provider-${process.pid}`,
    ...(role.sourceIdentity ? { SourceIdentity: role.sourceIdentity } : {}),
    ...(role.externalId ? { ExternalId: role.externalId } : {}),
    ...(role.policy ? { Policy: role.policy } : {}),
    ...(role.durationSeconds ? { DurationSeconds: role.durationSeconds } : {}),
  };
}
