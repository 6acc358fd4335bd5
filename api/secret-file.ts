import { randomBytes, randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * A random secret that is made once and kept in a file of mode 0600: a passphrase, a token, a password. Several processes
 * may ask at the same time; all get the same. The file gets its name when it is whole, so none of them reads half of it, nor
 * does one after a crash.
 *
 * @throws Error where the file is there and empty
 */
export async function readSecretFile(path: string): Promise<string> {
  const secret = (await readIfThere(path)) ?? (await makeSecretFile(path));
  if (secret === "")
    throw new Error(`reading the secret in ${path}: the file is empty. Remove it, or put the secret in.`);
  return secret;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function makeSecretFile(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const fresh = `${path}.${randomUUID()}`;
  try {
    await writeFile(fresh, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx", flush: true });
    // Fails where another process's secret is there; a rename would replace it.
    await link(fresh, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(fresh, { force: true });
  }
  return (await readFile(path, "utf8")).trim();
}
