import { writeFile } from "node:fs/promises";
import type { Engine } from "./engine.ts";

/** Writes profiles `bulwark-<account>` with the accounts' root keys, as a run has those of its sessions. */
export async function writeRootProfiles(engine: Engine, ...accounts: string[]): Promise<void> {
  const profiles = accounts.map(
    (account) => `[bulwark-${account}]\naws_access_key_id = ${account}\naws_secret_access_key = sandbox\n`,
  );
  await writeFile(engine.env.AWS_SHARED_CREDENTIALS_FILE ?? "", profiles.join("\n"));
}
