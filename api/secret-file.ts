import { randomBytes } from "node:crypto";
import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * A random secret that is made once and kept in a file of mode 0600: a passphrase, a token. Several processes may ask at
 * the same time; all get the same.
 */
export async function readSecretFile(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  try {
    const file = await open(path, "wx", 0o600);
    await file.writeFile(`${randomBytes(32).toString("base64url")}\n`);
    await file.sync();
    await file.close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const secret = (await readFile(path, "utf8")).trim();
  if (secret === "")
    throw new Error(`reading the secret in ${path}: the file is empty. Remove it, or put the secret in.`);
  return secret;
}
