import { spawn } from "node:child_process";
import { chown, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readSecretFile } from "../../secret-file.ts";
import { exists } from "./binaries.ts";
import type { Location } from "./location.ts";
import { asUser } from "./user.ts";

/** Environment of the server's programs: nothing of the service's own, which holds credentials. */
export const programEnvironment = { PATH: "/usr/bin:/bin", LANG: "C", LC_ALL: "C", TZ: "UTC" };

/**
 * Makes the cluster with `initdb` where there is none. It is made beside its place and renamed, so an interrupted
 * initdb leaves no half cluster and two services that start at once end with one.
 */
export async function makeCluster(location: Location): Promise<void> {
  if (await exists(join(location.cluster, "PG_VERSION"))) return;
  const password = await readSecretFile(location.passwordFile);
  const { uid, gid } = asUser(location.user);
  const fresh = await mkdtemp(join(location.home, "cluster-"));
  const passwordFile = `${fresh}.password`;
  await writeFile(passwordFile, password, { mode: 0o600 });
  try {
    if (uid !== undefined && gid !== undefined) {
      await chown(fresh, uid, gid);
      await chown(passwordFile, uid, gid);
    }
    await initialise(location, fresh, passwordFile);
    await rename(fresh, location.cluster).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(passwordFile, { force: true });
    await rm(fresh, { recursive: true, force: true });
  }
}

function initialise(location: Location, folder: string, passwordFile: string): Promise<void> {
  const options = [
    ...["-D", folder, "-U", "bulwark", "--pwfile", passwordFile, "--auth", "scram-sha-256"],
    ...["--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"],
    "--no-instructions",
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(join(location.binaries.folder, "bin", "initdb"), options, {
      ...asUser(location.user),
      cwd: "/",
      env: programEnvironment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.once("error", (cause) => reject(new Error(`running initdb as ${location.user.name}: ${cause.message}`)));
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`making the database cluster in ${folder}: initdb ended with ${code}: ${output.trim()}`));
    });
  });
}
