import { createHash } from "node:crypto";
import { chmod, chown, lstat, mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Binaries, copyBinaries, findBinaries, makeLinks } from "./binaries.ts";
import { canReach, chooseServerUser, type ServerUser } from "./user.ts";

/** Everything about the embedded server that is a path or an owner. */
export interface Location {
  readonly user: ServerUser;
  readonly binaries: Binaries;
  /** Folder of cluster, password, log. */
  readonly home: string;
  readonly cluster: string;
  readonly socketFolder: string;
  readonly passwordFile: string;
  readonly logFile: string;
  /** True where another folder than the asked one had to be taken. */
  readonly moved: boolean;
}

/** Where an unprivileged user reaches a folder although it can't reach the checkout (`/root/...`). */
const reachableParents = ["/var/lib/bulwark", "/opt/bulwark", join(tmpdir(), "bulwark")];

/** A socket's path is limited to 107 bytes (104 on macOS), `.s.PGSQL.5432` included. */
const longestSocketFolder = 88;

/**
 * Decides where the cluster lives: in `<data>/postgres`, or, where a parent folder shuts the unprivileged user out, in a
 * folder of this data folder's own that the user can reach.
 */
export async function locate(data: string): Promise<Location> {
  const asked = join(data, "postgres");
  const user = await chooseServerUser(join(asked, "cluster"));
  const installed = await findBinaries();
  await mkdir(asked, { recursive: true, mode: 0o755 });
  if (canReach(user, asked)) return describe(user, asked, await usable(user, installed, data), false);

  const own = createHash("sha256").update(asked).digest("hex").slice(0, 12);
  for (const parent of reachableParents) {
    const home = join(parent, own);
    if (!(await makeOwnFolder(parent)) || !(await makeOwnFolder(home)) || !canReach(user, home)) continue;
    const settled = await chooseServerUser(join(home, "cluster"));
    // So that a person who looks for the database where it belongs finds it.
    await writeFile(join(asked, "MOVED"), `${home}\n`);
    return describe(settled, home, await usable(settled, installed, parent), true);
  }
  throw new Error(
    `placing the embedded PostgreSQL: user ${user.name} can't enter ${asked}, nor any of ${reachableParents.join(", ")}. ` +
      "Set BULWARK_DATA to a folder whose parents everyone may enter, or set DATABASE_URL.",
  );
}

async function usable(user: ServerUser, installed: Binaries, parent: string): Promise<Binaries> {
  const linked = await makeLinks(installed.folder);
  if (linked && canReach(user, join(installed.folder, "bin", "postgres"))) return installed;
  return copyBinaries(installed, parent);
}

/** A folder in a shared place is used only if it is ours: not a link, not somebody else's. */
async function makeOwnFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path, { recursive: true, mode: 0o755 });
    const found = await lstat(path);
    if (!found.isDirectory() || found.uid !== process.getuid?.()) return false;
    await chmod(path, 0o755);
    return true;
  } catch {
    return false;
  }
}

async function describe(user: ServerUser, home: string, binaries: Binaries, moved: boolean): Promise<Location> {
  const short = createHash("sha256").update(home).digest("hex").slice(0, 12);
  const beside = join(home, "socket");
  const socketFolder =
    Buffer.byteLength(beside) <= longestSocketFolder ? beside : join(tmpdir(), `bulwark-postgres-${short}`);
  await mkdir(socketFolder, { recursive: true, mode: 0o700 });
  const found = await lstat(socketFolder);
  if (!found.isDirectory() || (found.uid !== process.getuid?.() && found.uid !== user.uid)) {
    throw new Error(`placing the embedded PostgreSQL's socket: ${socketFolder} belongs to another user. Remove it.`);
  }
  if (user.uid !== undefined && user.gid !== undefined) await chown(socketFolder, user.uid, user.gid);
  return {
    user,
    binaries,
    home,
    cluster: join(home, "cluster"),
    socketFolder,
    passwordFile: join(home, "password"),
    logFile: join(home, "postgres.log"),
    moved,
  };
}
