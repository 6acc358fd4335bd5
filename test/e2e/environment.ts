import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { runBootstrap } from "../../demo/bootstrap.ts";
import { type AccessKey, createAdministrator, createServiceIdentity } from "../../demo/identities.ts";
import { type Part, startPart, untilReady } from "../../demo/parts.ts";
import { type RootAccess, rootAccess } from "../../sandbox/organization/root-access.ts";
import { FEW_FEATURES, FEW_REMEDIATIONS } from "../few-features.ts";
import { type Api, createApi, type Operation } from "./api.ts";
import { processesOf } from "./processes.ts";

// Files share environments, so every test has member accounts of its own:
//   ...001, 003 onboarding   ...002, 004, 005, 006 adoption   ...009 turned off   ...010, 012, 090 failures
//   ...013 access            ...014, 015 interruption         ...011 bad input (is never onboarded)
//   ...016, 555555555555     strangers (are never onboarded)   666666666666 outside members
//   ...007, 008 guard         444444444444 alerts (is a member of Security Hub only)
//   ...013, 016 closed accounts, in the organization of few features

/** Bulwark as it runs in production, beside a sandbox AWS Organization: every process, and who may call it. */
export interface Environment {
  /** Holds everything that the processes write; its name finds them among the machine's processes. */
  readonly folder: string;
  /** The folder of the service's data. */
  readonly data: string;
  /** Where AWS answers. */
  readonly aws: string;
  readonly api: Api;
  readonly service: Service;
  /** The service's settings, a file of this environment's own: another content counts from the service's next start. */
  readonly settingsFile: string;
  /** An administrator of the management account. */
  readonly administrator: AccessKey;
  /** The AWS configuration files with which the service was started. */
  readonly identity: { readonly configFile: string; readonly credentialsFile: string };
  /** AWS SDK settings of an account's root. */
  root(accountId: string, region?: string): RootAccess;
}

/** The process of the service. */
export interface Service {
  start(): Promise<void>;
  /** Asks it to end as an operating system does, and answers how it ended. */
  stop(): Promise<string>;
  log(): Promise<string>;
}

const root = resolve(import.meta.dirname, "../..");
const sampleSettings = join(root, "sandbox/organization/settings.json");
const token = "administrator-token-of-the-end-to-end-tests";
const START_MS = 180_000;

/** What an environment has started, so that it can be ended even if its start failed. */
export interface Shelter {
  readonly parts: Part[];
  folder?: string;
}

/** An environment that files share: the first who asks starts it and deploys its admin stack, a root hook ends it. */
interface Shared {
  readonly shelter: Shelter;
  readonly adapt?: (settings: { features: object }) => object;
  started?: Promise<Environment>;
  admin?: Promise<Operation>;
}

const whole: Shared = {
  shelter: { parts: [] },
  adapt: (settings) => ({ ...settings, features: { ...settings.features, remediations: FEW_REMEDIATIONS } }),
};
const quick: Shared = {
  shelter: { parts: [] },
  adapt: (settings) => ({ ...settings, features: { ...settings.features, ...FEW_FEATURES } }),
};

/** The environment of this run of mocha, with the sample organization's settings, but for most remediations. */
export function environment(): Promise<Environment> {
  return start(whole);
}

/** The same, once its admin stack is deployed. Answers that operation, too. */
export function organization(): Promise<Environment & { readonly admin: Operation }> {
  return deployed(whole);
}

/** Another, of few features, for files that ask how work goes on and not what all of it makes. */
export function quickOrganization(): Promise<Environment & { readonly admin: Operation }> {
  return deployed(quick);
}

function start(one: Shared): Promise<Environment> {
  one.started ??= startEnvironment(one.shelter, one.adapt);
  return one.started;
}

async function deployed(one: Shared): Promise<Environment & { readonly admin: Operation }> {
  const running = await start(one);
  one.admin ??= running.api.done("POST", "/admin/deployments", {});
  return { ...running, admin: await one.admin };
}

/** An environment of a test's own, for what would disturb the others. Whoever asks for it closes it. */
export async function startEnvironment(
  shelter: Shelter,
  adapt: (settings: { features: object }) => object = (settings) => settings,
): Promise<Environment> {
  const { parts } = shelter;
  const folder = await mkdtemp(join(tmpdir(), "bulwark-e2e-"));
  // As root, PostgreSQL runs as another user, who has to get in.
  shelter.folder = folder;
  await chmod(folder, 0o755);
  const aws = await startSandbox(folder, parts);
  const settingsFile = join(folder, "settings.json");
  const settings = adapt(JSON.parse(await readFile(sampleSettings, "utf8")) as { features: object }) as {
    accounts: { management: string; security: string };
  };
  await writeFile(settingsFile, JSON.stringify(settings));
  const administrator = await createAdministrator(aws, settings.accounts.management);
  await runBootstrap(
    partEnvironment({
      AWS_ENDPOINT_URL: aws,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: administrator.accessKeyId,
      AWS_SECRET_ACCESS_KEY: administrator.secretAccessKey,
      BULWARK_SETTINGS: settingsFile,
    }),
    () => undefined,
  );
  const identity = await createServiceIdentity(aws, settings.accounts.security, "BulwarkService", join(folder, "aws"));
  const data = join(folder, "service");
  const service = createService(
    partEnvironment({
      PORT: "0",
      BULWARK_DATA: data,
      BULWARK_SETTINGS: settingsFile,
      BULWARK_TOKEN: token,
      BULWARK_STOP_GRACE_SECONDS: "1",
      TMPDIR: folder,
      AWS_ENDPOINT_URL: aws,
      AWS_REGION: "us-east-1",
      AWS_CONFIG_FILE: identity.configFile,
      AWS_SHARED_CREDENTIALS_FILE: identity.credentialsFile,
    }),
    data,
    join(folder, "service.log"),
    parts,
  );
  await service.start();
  return {
    folder,
    data,
    aws,
    administrator,
    identity,
    service,
    settingsFile,
    api: createApi(service.url, token),
    root: (accountId, region = "us-east-1") => rootAccess(aws, accountId, region),
  };
}

async function startSandbox(parent: string, parts: Part[]): Promise<string> {
  const logPath = join(parent, "sandbox.log");
  const sandbox = await startPart(
    "sandbox",
    join(root, "sandbox/main.ts"),
    partEnvironment({ SANDBOX_PORT: "0", SANDBOX_DATA: join(parent, "sandbox") }),
    logPath,
  );
  parts.push(sandbox);
  const url = await told(sandbox, async () => /AWS sandbox at (http:\S+)/.exec(await readLog(logPath))?.[1]);
  await untilReady(sandbox, `${url}/_sandbox/health`, START_MS);
  return url;
}

function createService(
  env: Record<string, string>,
  data: string,
  logPath: string,
  parts: Part[],
): Service & { url(): string } {
  let url = "";
  let part: Part | undefined;
  return {
    url: () => url,
    log: () => readLog(logPath),
    async start() {
      await rm(join(data, "service.json"), { force: true });
      await mkdir(data, { recursive: true });
      const begun = await startPart("service", join(root, "api/main.ts"), env, logPath);
      part = begun;
      parts.push(begun);
      url = await told(begun, async () => {
        const facts = await readFile(join(data, "service.json"), "utf8").catch(() => undefined);
        return facts === undefined ? undefined : (JSON.parse(facts) as { url: string }).url;
      });
      await untilReady(begun, `${url}/readyz`, START_MS);
    },
    async stop() {
      const ending = part;
      assert.ok(ending, "the service was never started");
      await ending.stop();
      parts.splice(parts.indexOf(ending), 1);
      return ending.ended;
    },
  };
}

/** A log is there once something is in it. */
function readLog(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}

/** Waits until a part has said where it listens. */
async function told(part: Part, ask: () => Promise<string | undefined>): Promise<string> {
  let ended: string | undefined;
  void part.ended.then((how) => {
    ended = how;
  });
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (ended !== undefined) {
      assert.fail(`the ${part.name} ended with ${ended}:\n${await readLog(part.logPath)}`);
    }
    await new Promise((settle) => setTimeout(settle, 50));
  }
}

/** What a part sees of the environment: nothing of the AWS settings of the person who runs the tests. */
export function partEnvironment(extra: Record<string, string>): Record<string, string> {
  const kept = ["PATH", "HOME", "LANG", "USER", "LOGNAME", "NODE_COMPILE_CACHE"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), ...extra };
}

after("the environments close and leave no process", async function () {
  this.timeout(600_000);
  await closeEnvironment(whole.shelter);
  await closeEnvironment(quick.shelter);
});

/** Ends everything that an environment has started, and asserts that nothing of it lives. */
export async function closeEnvironment({ parts, folder }: Shelter): Promise<void> {
  if (folder === undefined) return;
  // The service first: its runs still talk to AWS.
  const endings: string[] = [];
  for (const part of parts.splice(0).reverse()) {
    await part.stop();
    endings.push(`${part.name}: ${await part.ended}`);
  }
  let left = await processesOf(folder);
  // A Lambda's process that MiniStack has ended takes a moment to be gone; what was left is still there after it.
  for (let look = 0; left.length > 0 && look < 50; look++) {
    await new Promise((settle) => setTimeout(settle, 100));
    left = await processesOf(folder);
  }
  const kept = process.env.BULWARK_KEEP_E2E === "1";
  if (!kept) await rm(folder, { recursive: true, force: true });
  else console.log(`kept ${folder}`);
  assert.deepEqual(left, [], "processes were left");
  for (const ending of endings) assert.match(ending, /: exit code 0$/);
}
