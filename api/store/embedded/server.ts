import { type ChildProcess, spawn } from "node:child_process";
import { open, readdir, readFile, readlink, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { readSecretFile } from "../../secret-file.ts";
import { makeCluster, programEnvironment } from "./cluster.ts";
import { type Location, locate } from "./location.ts";
import { asUser } from "./user.ts";
import { leave, others, register } from "./users.ts";

/** How a client reaches the server. `host` is the folder of the Unix socket: nothing listens on the network. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface EmbeddedServer {
  readonly address: ServerAddress;
  readonly location: Location;
  /** False where a server that was already running was taken over. */
  readonly started: boolean;
  /** Starts the server again where it is gone. Resolves when it answers, or `signal` aborts. */
  revive(signal: AbortSignal): Promise<boolean>;
  /** Stops the server, unless another process still uses it; the last one stops it. */
  stop(): Promise<void>;
}

export interface EmbeddedServerOptions {
  /** Milliseconds until a start is given up. Crash recovery of a large cluster is the longest case. */
  readonly startTimeoutMs?: number;
  readonly onNotice?: (message: string) => void;
}

/** Set on every connection of a service, so that one that stops can tell those of services from those of strangers. */
export const applicationName = `bulwark ${process.pid}`;

const port = 5432;

/**
 * Settings that differ from PostgreSQL's own. Durability (fsync, synchronous_commit, full_page_writes) stays as it is:
 * an acknowledged row survives `kill -9` and loss of power.
 */
const settings: Readonly<Record<string, string>> = {
  listen_addresses: "",
  unix_socket_permissions: "0700",
  max_connections: "100",
  shared_buffers: "32MB",
  jit: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  max_wal_size: "256MB",
  log_min_messages: "warning",
  log_line_prefix: "%m ",
  timezone: "UTC",
};

/**
 * Starts the embedded PostgreSQL on `<data>/postgres`, or takes over the one that a crashed service left running.
 *
 * @throws Error that names the folder and the end of the server's log
 */
export async function startEmbeddedServer(data: string, options: EmbeddedServerOptions = {}): Promise<EmbeddedServer> {
  const location = await locate(data);
  if (location.moved) options.onNotice?.(`the database lives in ${location.home}: ${data} is closed to its user`);
  await register(location.home);
  await makeCluster(location);
  const password = await readSecretFile(location.passwordFile);
  const address = { host: location.socketFolder, port, user: "bulwark", password, database: "postgres" };

  const startTimeoutMs = options.startTimeoutMs ?? 60_000;
  const started = await bringUp(location, address, startTimeoutMs);
  return {
    ...{ address, location, started },
    revive: (signal) => bringUp(location, address, startTimeoutMs, signal),
    stop: () => stop(location, address),
  };
}

/**
 * Waits until the server answers, and starts it where it is not there. Several processes may do so at once: one of their servers
 * gets the cluster.
 *
 * @returns whether this process's server is the one that runs, as far as it can tell
 */
async function bringUp(
  location: Location,
  address: ServerAddress,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  let launched: Launched | undefined;
  while (signal?.aborted !== true) {
    const answer = await probe(address);
    if (answer === "ready") break;
    if (performance.now() > deadline) throw new Error(await explain(location, "it did not become ready in time"));
    if (answer === "absent" && (launched === undefined || hasEnded(launched.child))) {
      // After a kill -9 of everything "postmaster.pid already exists" and "pre-existing shared memory block" pass once
      // the last backend has noticed, about 2 s later; so an early end is tried again until the deadline.
      if (launched !== undefined) {
        if (!(await endedForAnother(location, launched))) throw new Error(await explain(location, "it ended"));
        await sleep(300);
      }
      await removeStaleLock(location);
      launched = await launch(location);
    }
    await sleep(25);
  }
  return launched !== undefined && !hasEnded(launched.child);
}

interface Launched {
  readonly child: ChildProcess;
  /** Length of the log before it. */
  readonly logFrom: number;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** A log that a machine's life has made larger than this begins anew. */
const longestLog = 10_000_000;

async function launch(location: Location): Promise<Launched> {
  // Appended to, because another service's server may be writing it.
  await boundLog(location);
  const { size: logFrom } = await stat(location.logFile).catch(() => ({ size: 0 }));
  const log = await open(location.logFile, "a", 0o600);
  try {
    const pairs = { ...settings, unix_socket_directories: location.socketFolder, port: String(port) };
    const args = [
      "-D",
      location.cluster,
      ...Object.entries(pairs).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ];
    const child = spawn(join(location.binaries.folder, "bin", "postgres"), args, {
      ...asUser(location.user),
      cwd: "/",
      env: programEnvironment,
      // A session of its own: Ctrl-C in a terminal reaches the service first, which ends its work before the database.
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
    });
    child.on("error", () => undefined);
    child.unref();
    return { child, logFrom };
  } finally {
    await log.close();
  }
}

/** "absent" where nothing listens, "starting" where it does but can't answer yet. */
async function probe(address: ServerAddress): Promise<"ready" | "starting" | "absent"> {
  const client = new pg.Client({ ...address, application_name: applicationName, connectionTimeoutMillis: 5_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("select 1");
    return "ready";
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === "ENOENT" || code === "ECONNREFUSED" || code === "ECONNRESET") return "absent";
    if (code === "28P01") throw new Error(`opening the embedded database: its password file ${address.host} is wrong`);
    return "starting";
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function endedForAnother(location: Location, { logFrom }: Launched): Promise<boolean> {
  const log = await readFile(location.logFile).catch(() => Buffer.alloc(0));
  return /lock file ".*" (already exists|is empty)|pre-existing shared memory block|could not lock|address already in use/i.test(
    log.subarray(logFrom).toString(),
  );
}

/**
 * After a restart of the machine or container the pid in `postmaster.pid` may be somebody else's, and PostgreSQL would wait for that
 * process for ever. The file is removed only where that process is no PostgreSQL and nothing works in the cluster's folder. On
 * systems without /proc nothing is removed.
 */
async function removeStaleLock(location: Location): Promise<void> {
  const pid = await postmasterPid(location);
  const name = pid === undefined ? "" : await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
  if (name === "" || name.trim() === "postgres") return;
  const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
  const folders = await Promise.all(pids.map((one) => readlink(`/proc/${one}/cwd`).catch(() => "")));
  if (!folders.includes(location.cluster)) await rm(join(location.cluster, "postmaster.pid"), { force: true });
}

async function explain(location: Location, what: string): Promise<string> {
  const log = await readFile(location.logFile, "utf8").catch(() => "");
  const end = log.trim().split("\n").slice(-5).join(" | ");
  return `starting the embedded PostgreSQL in ${location.home} as ${location.user.name}: ${what}${end ? `: ${end}` : ""}`;
}

async function stop(location: Location, address: ServerAddress): Promise<void> {
  await leave(location.home);
  const needed = await others(location.home);
  if (needed.size > 0 || (await isUsedByStrangers(address))) return;
  const pid = await postmasterPid(location);
  if (pid === undefined) return;
  // "Fast" shutdown: open transactions are rolled back, a checkpoint is written.
  signal(pid, "SIGINT");
  const deadline = performance.now() + 15_000;
  while (isAlive(pid)) {
    if (performance.now() > deadline) {
      signal(pid, "SIGQUIT");
      await sleep(500);
      return;
    }
    await sleep(20);
  }
}

/** True where somebody is connected who is no service: those have said that they need the server no more, or are this one. */
async function isUsedByStrangers(address: ServerAddress): Promise<boolean> {
  const client = new pg.Client({ ...address, application_name: applicationName, connectionTimeoutMillis: 2_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ strangers: number }>(
      "select count(*)::int as strangers from pg_stat_activity where backend_type = 'client backend' and application_name !~ '^bulwark [0-9]+$'",
    );
    return rows[0]?.strangers !== 0;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Keeps the server's log from growing for ever; the server, which appends, goes on at its begin. */
export async function boundLog({ logFile }: Location): Promise<void> {
  const { size } = await stat(logFile).catch(() => ({ size: 0 }));
  if (size > longestLog) await truncate(logFile);
}

/** First line of `postmaster.pid`. */
export async function postmasterPid(location: Location): Promise<number | undefined> {
  const text = await readFile(join(location.cluster, "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended already.
  }
}

/** True where the server's process is there, whether or not it answers. */
export async function isServerAlive(location: Location): Promise<boolean> {
  const pid = await postmasterPid(location);
  if (pid === undefined || !isAlive(pid)) return false;
  // One that has ended and that nobody has asked for its end is there, too.
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return !/\) [ZX] /.test(status);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
