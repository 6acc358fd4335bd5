import { appendFileSync, mkdirSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, rmdir, stat, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { StackRunError } from "./errors.ts";
import { type Host, isSameBoot, startMark } from "./host.ts";

// <root>/service-<instance>/owner.json                       whose it is
//                          /child-<...>/                     HOME of a run child
//                                      /run-<operation>-<..> one run: project, AWS sessions, PULUMI_HOME
//       /engines/<name of the run's folder>                  process ids of a run's engines, until it ended well
//
// Several services may share the root. The folders also mark the processes: every process of a run has a HOME in them.

/** Who keeps runs in a folder. */
interface Owner extends Host {
  readonly pid: number;
  readonly startedAt: string;
}

/** A folder of another host's or container's service is left alone until its owner has not been heard of for this long. */
const FOREIGN_SILENCE_MS = 24 * 60 * 60_000;
/** Another start under this host's name: of this machine most likely, so that its owner is dead; or another machine goes by the same name. */
const RESTART_SILENCE_MS = 60 * 60_000;
/** How often a service lets itself be heard. */
const HEARTBEAT_MS = 10 * 60_000;
/** A folder without an owner was left by a service that died in the moment of making it; one younger than this may be in the making. */
const NAMELESS_MS = 60_000;
/** What a run left about its engines is for its recovery; after this long nobody recovers it. */
const ENGINES_KEPT_MS = 30 * 24 * 60 * 60_000;

/** The folders of one service's runs. */
export class RunFolders {
  readonly #root: string;
  readonly #host: Host;
  #own: Promise<string> | undefined;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(root: string, host: Host) {
    this.#root = root;
    this.#host = host;
  }

  /** Makes the folder of a run child. */
  async forChild(): Promise<string> {
    this.#own ??= this.#begin().catch((error: Error) => {
      // The disk may have room for the next one.
      this.#own = undefined;
      throw error;
    });
    return roomFor(
      this.#own.then((own) => mkdtemp(join(own, "child-"))),
      this.#root,
    );
  }

  /** Makes the folder of a run, in its child's. */
  async forRun(child: string, operationId: string): Promise<string> {
    return roomFor(mkdtemp(join(child, `run-${operationId}-`)), this.#root);
  }

  async #begin(): Promise<string> {
    await mkdir(join(this.#root, "engines"), { recursive: true, mode: 0o700 });
    const own = await mkdtemp(join(await realpath(this.#root), "service-"));
    const owner: Owner = { ...this.#host, pid: process.pid, startedAt: startMark(process.pid) ?? "" };
    const file = join(own, "owner.json");
    await writeFile(file, JSON.stringify(owner), { mode: 0o600 });
    // Says to services on other hosts that this one lives, though it may have nothing to do for days.
    const beat = () => utimes(file, new Date(), new Date()).catch(() => undefined);
    this.#heartbeat = setInterval(beat, HEARTBEAT_MS).unref();
    return own;
  }

  /** Where the ids of a run's engines are written down, for who comes after. */
  enginesOf(runFolder: string): string {
    return join(this.#root, "engines", basename(runFolder));
  }

  /** The ids of a run's engines, as written down on this machine. */
  async readEngines(runFolder: string): Promise<number[]> {
    const text = await readFile(this.enginesOf(runFolder), "utf8").catch(() => "");
    return text.split("\n").filter(Boolean).map(Number);
  }

  async forgetEngines(runFolder: string): Promise<void> {
    await rm(this.enginesOf(runFolder), { force: true });
  }

  /** Removes the folder of a dead run; a path that is not such a folder under this root is left alone. */
  async removeRun(folder: string): Promise<void> {
    const root = await realpath(this.#root).catch(() => this.#root);
    const [service, child, run, ...more] = relative(root, folder).split(sep);
    const isRun = service?.startsWith("service-") && child?.startsWith("child-") && run?.startsWith("run-");
    if (isRun && more.length === 0) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Folders of services that are dead, and nobody's. */
  async abandoned(): Promise<string[]> {
    const own = await this.#own?.catch(() => undefined);
    const root = await realpath(this.#root).catch(() => undefined);
    if (root === undefined) return [];
    const names = (await readdir(root)).filter((name) => name.startsWith("service-"));
    const folders = names.map((name) => join(root, name)).filter((folder) => folder !== own);
    const dead = await Promise.all(folders.map(async (folder) => ((await this.#isAbandoned(folder)) ? [folder] : [])));
    return dead.flat();
  }

  async #isAbandoned(folder: string): Promise<boolean> {
    const file = join(folder, "owner.json");
    const silentFor = async (path: string, ms: number) => {
      const { mtimeMs } = (await stat(path).catch(() => undefined)) ?? {};
      return mtimeMs !== undefined && Date.now() - mtimeMs > ms;
    };
    const owner = await readOwner(file);
    if (owner === "unknown") return false;
    if (owner === "none") return silentFor(folder, NAMELESS_MS);
    const { host, bootId } = this.#host;
    if (owner.bootId === bootId) return startMark(owner.pid) !== owner.startedAt;
    // Its process ids say nothing here.
    const isRestart = owner.host === host && !isSameBoot(owner.bootId, bootId);
    return silentFor(file, isRestart ? RESTART_SILENCE_MS : FOREIGN_SILENCE_MS);
  }

  /** Removes what runs left about their engines so long ago that nobody will ask. */
  async forgetOldEngines(): Promise<void> {
    const folder = join(this.#root, "engines");
    for (const name of await readdir(folder).catch(() => [])) {
      const written = await stat(join(folder, name)).catch(() => undefined);
      if (written !== undefined && Date.now() - written.mtimeMs > ENGINES_KEPT_MS) await rm(join(folder, name));
    }
  }

  /** Removes this service's folder. What recoveries need stays. */
  async close(): Promise<void> {
    const own = await this.#own?.catch(() => undefined);
    this.#own = undefined;
    clearInterval(this.#heartbeat);
    if (own !== undefined) await rm(own, { recursive: true, force: true, maxRetries: 3 });
    await rmdir(join(this.#root, "engines")).catch(() => undefined);
  }
}

/** A disk that is full has room again later. Throws a `StackRunError` then, and what the file system answers otherwise. */
async function roomFor<T>(making: Promise<T>, root: string): Promise<T> {
  try {
    return await making;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOSPC" && code !== "EDQUOT") throw error;
    throw new StackRunError({
      code: "disk_full",
      retryable: true,
      message: `making a folder for a run in ${root}: the disk is full`,
      remedy: "Free space on the disk of the service's data, then run the operation again.",
    });
  }
}

/** Of whom nobody can tell just now, because files can't be opened for example, nobody can tell that he is dead. */
async function readOwner(file: string): Promise<Owner | "none" | "unknown"> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Owner;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || error instanceof SyntaxError ? "none" : "unknown";
  }
}

/** Writes down the id of an engine, before it does anything: synchronously, so that whatever dies next, it is there. */
export function noteEngine(file: string, pid: number): void {
  // A service that stopped may have taken the folder, empty, along.
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  appendFileSync(file, `${pid}\n`, { mode: 0o600 });
}
