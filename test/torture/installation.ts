import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runBootstrap } from "../../demo/bootstrap.ts";
import { createAdministrator, createServiceIdentity } from "../../demo/identities.ts";
import { type Part, startPart, untilReady } from "../../demo/parts.ts";
import { type RootAccess, rootAccess } from "../../sandbox/organization/root-access.ts";
import { type Client, createClient } from "./client.ts";
import { type Process, processesOf, signal } from "./processes.ts";
import { createServiceProcess, type ServiceProcess } from "./service-process.ts";

const repository = resolve(import.meta.dirname, "../..");
const sampleSettings = join(repository, "sandbox/organization/settings.json");
const token = "administrator-token-of-the-torture";

export interface InstallationOptions {
  readonly regions: readonly string[];
  /** In place of the sample organization's. */
  readonly features?: object;
  readonly services: number;
  readonly leaseSeconds: number;
  /** Runs at once in each service. */
  readonly concurrency: number;
  /** How long a dead service stays dead, in milliseconds. */
  readonly restartAfterMs: () => number;
  /** Prepares the data folder, and says what more the services' environment has to hold. */
  readonly prepare?: (data: string) => Promise<Readonly<Record<string, string>>>;
  /** Undoes it, once every process has ended. */
  readonly cleanUp?: () => Promise<void>;
}

/** The real thing: a sandbox organization, services that share one database and one state, and everything that these start. */
export interface Installation {
  /** Holds everything that the processes write; its name finds them among the machine's processes. */
  readonly folder: string;
  /** The services' shared data folder. */
  readonly data: string;
  /** The folder of the stacks' state. */
  readonly state: string;
  readonly aws: string;
  readonly regions: readonly string[];
  readonly services: readonly ServiceProcess[];
  readonly client: Client;
  root(accountId: string, region?: string): RootAccess;
  processes(): Promise<Process[]>;
  /** Copies the processes' logs to where they outlive the installation; answers where. */
  keepLogs(name: string): Promise<string>;
  /** Ends all of it, removes the folder, and answers what was left of its processes and how each service ended. */
  close(): Promise<{ readonly left: readonly string[]; readonly endings: readonly string[] }>;
}

/** Folders of the installations that stand. */
const standing = new Set<string>();

/** Ends every installation of this process at once, and removes it: for when somebody has had enough. */
export async function abandonAll(): Promise<void> {
  for (const folder of standing) {
    // Who is killed may just have started another, and a service that dies is started again for a moment.
    for (let round = 0; round < 5; round++) {
      for (const { pid } of await processesOf(folder)) signal(pid, "SIGKILL");
      await sleep(100);
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Starts an installation on free ports. What began is ended again where a part does not start. */
export async function install(options: InstallationOptions): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), "bulwark-torture-"));
  // As root, PostgreSQL runs as another user, who has to get in.
  await chmod(folder, 0o755);
  standing.add(folder);
  let sandbox: Part | undefined;
  const services: ServiceProcess[] = [];
  const close = async () => {
    // At the same time, as a machine that goes down does it.
    const endings = await Promise.all(services.map((service) => service.stop()));
    await sandbox?.stop();
    let left: string[] = [];
    try {
      await options.cleanUp?.();
    } finally {
      left = await settled(folder);
      if (process.env.BULWARK_KEEP_TORTURE === "1") console.log(`kept ${folder}`);
      else await rm(folder, { recursive: true, force: true, maxRetries: 3 });
      standing.delete(folder);
    }
    return { left, endings };
  };
  try {
    const started = await startSandbox(folder);
    sandbox = started.part;
    const aws = started.url;
    const settingsFile = join(folder, "settings.json");
    const settings = JSON.parse(await readFile(sampleSettings, "utf8")) as {
      accounts: { management: string; security: string };
      features: object;
    };
    const { regions, features = settings.features } = options;
    await writeFile(settingsFile, JSON.stringify({ ...settings, regions, features }));
    const administrator = await createAdministrator(aws, settings.accounts.management);
    const awsEnvironment = { AWS_ENDPOINT_URL: aws, AWS_REGION: "us-east-1" };
    await runBootstrap(
      environmentOf({
        ...awsEnvironment,
        AWS_ACCESS_KEY_ID: administrator.accessKeyId,
        AWS_SECRET_ACCESS_KEY: administrator.secretAccessKey,
        BULWARK_SETTINGS: settingsFile,
      }),
      () => undefined,
    );
    const identity = await createServiceIdentity(
      aws,
      settings.accounts.security,
      "BulwarkService",
      join(folder, "aws"),
    );
    const data = join(folder, "service");
    await mkdir(data);
    const more = await options.prepare?.(data);
    for (let number = 1; number <= options.services; number++) {
      services.push(
        createServiceProcess({
          name: `service ${number}`,
          logPath: join(folder, `service-${number}.log`),
          restartAfterMs: options.restartAfterMs,
          env: environmentOf({
            ...awsEnvironment,
            PORT: "0",
            BULWARK_DATA: data,
            BULWARK_SETTINGS: settingsFile,
            BULWARK_TOKEN: token,
            BULWARK_ROLE: "all",
            BULWARK_CONCURRENCY: String(options.concurrency),
            BULWARK_LEASE_SECONDS: String(options.leaseSeconds),
            BULWARK_STOP_GRACE_SECONDS: "1",
            TMPDIR: folder,
            AWS_CONFIG_FILE: identity.configFile,
            AWS_SHARED_CREDENTIALS_FILE: identity.credentialsFile,
            ...more,
          }),
        }),
      );
    }
    // At the same time, as on two machines: they agree on who makes the database.
    await Promise.all(services.map((service) => service.start()));
    return {
      folder,
      data,
      state: more?.BULWARK_BACKEND_URL?.replace("file://", "") ?? join(data, "state"),
      aws,
      regions: options.regions,
      services,
      client: createClient(() => services.flatMap(({ url }) => (url === undefined ? [] : [url])), token),
      root: (accountId, region = "us-east-1") => rootAccess(aws, accountId, region),
      processes: () => processesOf(folder),
      async keepLogs(name) {
        const kept = join(repository, ".bulwark/torture", name);
        await mkdir(kept, { recursive: true });
        const logs = (await readdir(folder)).filter((file) => file.endsWith(".log"));
        await Promise.all(logs.map((file) => copyFile(join(folder, file), join(kept, file))));
        return kept;
      },
      close,
    };
  } catch (error) {
    // What it failed with says more than what could not be undone.
    await close().catch(() => undefined);
    throw error;
  }
}

/** What still lives once everything had time to notice that it should not. */
async function settled(folder: string): Promise<string[]> {
  for (let tried = 0; ; tried++) {
    const left = await processesOf(folder);
    if (left.length === 0 || tried === 100) return left.map(({ pid, command }) => `${pid} ${command}`);
    await sleep(100);
  }
}

async function startSandbox(folder: string): Promise<{ part: Part; url: string }> {
  const logPath = join(folder, "sandbox.log");
  const env = environmentOf({ SANDBOX_PORT: "0", SANDBOX_DATA: join(folder, "sandbox") });
  const part = await startPart("sandbox", join(repository, "sandbox/main.ts"), env, logPath);
  let ended: string | undefined;
  void part.ended.then((how) => {
    ended = how;
  });
  for (;;) {
    const log = await readFile(logPath, "utf8").catch(() => "");
    const url = /AWS sandbox at (http:\S+)/.exec(log)?.[1];
    if (url !== undefined) {
      await untilReady(part, `${url}/_sandbox/health`, 120_000);
      return { part, url };
    }
    if (ended !== undefined) throw new Error(`starting the sandbox: it ended with ${ended}:\n${log}`);
    await sleep(50);
  }
}

/** Nothing of the AWS settings of the person who runs the test. */
function environmentOf(extra: Readonly<Record<string, string>>): Record<string, string> {
  const kept = ["PATH", "HOME", "LANG", "USER", "LOGNAME", "NODE_COMPILE_CACHE"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), ...extra };
}
