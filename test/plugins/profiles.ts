import { writeFile } from "node:fs/promises";
import type { Engine } from "./engine.ts";

/** Writes profiles `bulwark-<account>` with the accounts' root keys, as a run has those of its sessions. */
export async function writeRootProfiles(engine: Engine, ...accounts: string[]): Promise<void> {
  const profiles = accounts.map(
    (account) => `[bulwark-${account}]\naws_access_key_id = ${account}\naws_secret_access_key = sandbox\n`,
  );
  await writeFile(engine.env.AWS_SHARED_CREDENTIALS_FILE ?? "", profiles.join("\n"));
}

/** Keys of a session, or of a root. */
interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Writes profiles `bulwark-<account>`, each with keys of its own. */
export async function writeProfiles(
  engine: Engine,
  accounts: Readonly<Record<string, { readonly credentials: Keys }>>,
): Promise<void> {
  const profiles = Object.entries(accounts).map(([account, { credentials }]) => {
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    const keys = [`aws_access_key_id = ${accessKeyId}`, `aws_secret_access_key = ${secretAccessKey}`];
    const session = sessionToken === undefined ? [] : [`aws_session_token = ${sessionToken}`];
    return [`[bulwark-${account}]`, ...keys, ...session, ""].join("\n");
  });
  await writeFile(engine.env.AWS_SHARED_CREDENTIALS_FILE ?? "", profiles.join("\n"));
}
