import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import { ownerOf } from "./binaries.ts";

/** The operating-system user that the server runs as. Undefined members mean: the service's own user. */
export interface ServerUser {
  readonly name: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** Users that exist on common systems and own nothing else; PostgreSQL refuses to run as root. */
const candidates = ["postgres", "nobody"];

/**
 * Chooses who runs the server: the service's own user, or, when that is root, the owner of an existing cluster, else an
 * unprivileged user of this system.
 */
export async function chooseServerUser(cluster: string): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return { name: "the service's own user" };
  const owner = await ownerOf(cluster);
  if (owner !== undefined && owner.uid !== 0) return { name: `uid ${owner.uid}`, ...owner };
  for (const name of candidates) {
    const ids = await lookUp(name);
    if (ids !== undefined && ids.uid !== 0) return { name, ...ids };
  }
  throw new Error(
    `starting the embedded PostgreSQL as root: none of the unprivileged users ${candidates.join(", ")} exists here. ` +
      "Run the service as a normal user, or set DATABASE_URL.",
  );
}

async function lookUp(name: string): Promise<{ uid: number; gid: number } | undefined> {
  const run = promisify(execFile);
  try {
    const [uid, gid] = await Promise.all([run("id", ["-u", name]), run("id", ["-g", name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

/** Options of `spawn` that make a child run as this user. */
export function asUser(user: ServerUser): { uid?: number; gid?: number } {
  return user.uid === undefined || user.gid === undefined ? {} : { uid: user.uid, gid: user.gid };
}

/**
 * Asks the kernel, as that user, whether a program can be run or a folder be entered. Permission bits alone would miss
 * access lists and mounts.
 */
export function canReach(user: ServerUser, path: string): boolean {
  if (user.uid === undefined) return true;
  return spawnSync("/bin/sh", ["-c", 'test -x "$1"', "sh", path], { ...asUser(user), cwd: "/" }).status === 0;
}
