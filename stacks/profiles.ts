import type { SessionCredentials } from "./aws/session.ts";

/** Name of the AWS profile by which the programs' providers reach an account, in a run and on the plain CLI alike. */
export function profileName(accountId: string): string {
  return `bulwark-${accountId}`;
}

/** An AWS shared credentials file: `[default]` is for the state backend, if that needs AWS at all. */
export function credentialsFile(
  accounts: Readonly<Record<string, SessionCredentials>>,
  backend?: SessionCredentials,
): string {
  const section = (name: string, session: SessionCredentials): string =>
    [
      `[${name}]`,
      `aws_access_key_id = ${session.accessKeyId}`,
      `aws_secret_access_key = ${session.secretAccessKey}`,
      `aws_session_token = ${session.sessionToken}`,
      "",
    ].join("\n");
  return [
    ...(backend === undefined ? [] : [section("default", backend)]),
    ...Object.entries(accounts).map(([accountId, session]) => section(profileName(accountId), session)),
  ].join("\n");
}

/** The AWS config file of a run: its profiles exist, and take nothing from anywhere else. */
export function configFile(accountIds: readonly string[], region: string): string {
  return accountIds.map((accountId) => `[profile ${profileName(accountId)}]\nregion = ${region}\n`).join("\n");
}
