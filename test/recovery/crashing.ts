import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { runBootstrap } from "../../demo/bootstrap.ts";
import { createAdministrator } from "../../demo/identities.ts";
import type { StackInputs } from "../../programs/inputs.ts";
import { createAccessRoles } from "../../sandbox/organization/access-roles.ts";
import { SAMPLE } from "../../sandbox/organization/accounts.ts";
import { installPlugins } from "../../sandbox/plugins/install.ts";
import type { SessionCredentials } from "../../stacks/aws/session.ts";
import type { Deployment, ResourceState } from "../../stacks/recovery/deployment.ts";
import {
  createRunner,
  type DeadRun,
  type RecoveryReport,
  type RunEvent,
  type RunIdentity,
  type Runner,
  type RunResult,
} from "../../stacks/runner.ts";
import { LOG_ARCHIVE, MANAGEMENT, SECURITY } from "../programs/samples.ts";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { processes } from "../stacks/probe/processes.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Only a run that never comes to a call takes as long, also on a busy machine. */
const HELD_WITHIN_MS = 200_000;
/** Longer than all that: a call whose answer is told after all would let the run end. */
const HOLD_MS = 500_000;
const NODE = join(ROOT, ".bulwark/bin/node");

/** A call of a run whose answer nobody hears. */
export interface HeldCall {
  readonly service: string;
  readonly operation: string;
}

/** A call that is held, and what of the program it makes. */
export interface MakingCall extends HeldCall {
  readonly makes: RegExp;
}

/** What is killed, and when: while AWS has made the things and nobody has heard of it. */
export interface Wave {
  readonly victim: Victim;
  readonly calls: readonly MakingCall[];
}

/** What is killed. */
export type Victim = "engine" | "plugins" | "session";

/** A run that was killed, as the service would know of it. */
export interface Crash {
  readonly dead: readonly DeadRun[];
  readonly suspects: readonly string[];
  /** The calls that were held. */
  readonly calls: readonly MakingCall[];
}

/** Stack runs of Bulwark's own programs against a sandbox, which can be killed while AWS has done a call and nobody knows. */
export interface Crashing {
  readonly sandbox: RunningSandbox;
  readonly folder: string;
  /**
   * Deploys until AWS has done each of the calls and nobody has heard of it, then kills. Leaves out the calls whose things an earlier
   * deployment has made: how many the engine makes at once depends on the machine, so more may have been made than was held.
   */
  crash(stack: string, inputs: StackInputs, wave: Wave): Promise<Crash>;
  recover(stack: string, inputs: StackInputs, crash: Pick<Crash, "dead" | "suspects">): Promise<RecoveryReport>;
  up(stack: string, inputs: StackInputs): Promise<RunResult>;
  state(stack: string): Promise<State>;
  /** Writes the state as a crash may leave it, or `.bak`, the one before. */
  rewrite(stack: string, change: (latest: Deployment) => Deployment, file?: ".json" | ".json.bak"): Promise<void>;
  /** Cuts the state file off in the middle. */
  tear(stack: string): Promise<void>;
  /** Names of the files that hold locks of the stack. */
  locks(stack: string): Promise<string[]>;
  close(): Promise<void>;
}

export interface State {
  readonly resources: readonly ResourceState[];
  readonly pending: readonly unknown[];
}

export async function startCrashing(): Promise<Crashing> {
  // The accounts have the administrator's role that AWS leaves in them, and nothing else.
  const sandbox = await runSandbox({ seed: SAMPLE, populate: (url) => createAccessRoles(url, SAMPLE) });
  const folder = await mkdtemp(join(tmpdir(), "bulwark-recovery-"));
  const at = (name: string): string => join(folder, name);
  await Promise.all(["state", "runs"].map((name) => mkdir(at(name))));
  await writeFile(at("passphrase"), "correct horse battery staple");
  await installPlugins(at("home"), NODE);
  await bootstrap(sandbox.url);
  const runner: Runner = createRunner({
    ...{ node: NODE, pulumiRoot: join(ROOT, ".bulwark"), pulumiHome: at("home"), backendUrl: `file://${at("state")}` },
    ...{ secretsProvider: "passphrase", passphraseFile: at("passphrase"), environment: {}, awsRegion: "us-east-1" },
    ...{
      awsEndpointUrl: sandbox.url,
      tmpDir: at("runs"),
      codeCache: join(ROOT, ".bulwark/cache/children"),
      concurrency: 1,
      logger: { warn() {} },
    },
  });
  let count = 0;
  const stateOf = async (stack: string): Promise<State> => {
    const text = await readFile(at(`state/.pulumi/stacks/bulwark/${stack}.json`), "utf8").catch(() => undefined);
    const { resources = [], pending_operations: pending = [] } =
      text === undefined ? {} : (JSON.parse(text).checkpoint.latest ?? {});
    return { resources, pending };
  };
  const request = async (stack: string, inputs: StackInputs) => ({
    operationId: `op-${++count}`,
    ...{ stack, inputs, credentials: await sessions(sandbox, stack), timeoutMs: 400_000 },
  });

  return {
    sandbox,
    folder,
    async crash(stack, inputs, { victim, calls: wanted }) {
      const known = (await stateOf(stack)).resources.map(({ urn }) => urn.split("::").at(-1) ?? "");
      const calls = wanted.filter(({ makes }) => !known.some((name) => makes.test(name)));
      assert.ok(calls.length > 0, `all is there already: ${known.join(", ")}`);
      const events: RunEvent[] = [];
      const engines: number[] = [];
      let identity: RunIdentity | undefined;
      const begunAt = new Date().toISOString();
      await control(
        sandbox,
        "PUT",
        "faults",
        calls.map(({ service, operation }) => ({ service, operation, kind: "hold", holdMs: HOLD_MS })),
      );
      const run = runner.run(
        { ...(await request(stack, inputs)), verb: "up" },
        {
          onEvent: (event) => void events.push(event),
          onEngine: (pid) => void engines.push(pid),
          onStarting: async (of) => {
            identity = of;
          },
        },
      );
      const ended = run.then(
        () => assert.fail("it ended before it was killed"),
        (error: Error) => error,
      );
      const held = async (): Promise<void> => {
        for (const until = performance.now() + HELD_WITHIN_MS; ; await delay(50)) {
          const now = (await control(sandbox, "GET", "held")) as readonly HeldCall[];
          if (calls.every((call) => now.some((one) => isSame(call, one)))) return;
          if (performance.now() > until) assert.fail(`not all calls came; held are ${JSON.stringify(now)}`);
        }
      };
      try {
        await Promise.race([
          held(),
          ended.then((error) => assert.fail(`it ended before it was killed: ${error.message}`)),
        ]);
        assert.ok(identity);
        await kill(victim, identity, engines);
        await ended;
      } finally {
        await control(sandbox, "DELETE", "faults");
        // One that was not killed goes on, and must not be in the way of what comes next.
        await ended.catch(() => undefined);
      }
      return { dead: [{ ...identity, engines, begunAt }], suspects: suspectsOf(events), calls };
    },
    recover: async (stack, inputs, recovery) =>
      runner.recover({ ...(await request(stack, inputs)), recovery }, { onEvent() {} }),
    up: async (stack, inputs) => runner.run({ ...(await request(stack, inputs)), verb: "up" }, { onEvent() {} }),
    state: stateOf,
    async rewrite(stack, change, file = ".json") {
      const path = at(`state/.pulumi/stacks/bulwark/${stack}`);
      const whole = JSON.parse(await readFile(`${path}.json`, "utf8"));
      whole.checkpoint.latest = change(whole.checkpoint.latest);
      await writeFile(`${path}${file}`, JSON.stringify(whole));
    },
    async tear(stack) {
      const path = at(`state/.pulumi/stacks/bulwark/${stack}.json`);
      await truncate(path, Math.floor((await stat(path)).size / 2));
    },
    locks: (stack) => readdir(at(`state/.pulumi/locks/organization/bulwark/${stack}`)).catch(() => []),
    async close() {
      await runner.close();
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function isSame(one: HeldCall, other: HeldCall): boolean {
  return one.service === other.service && one.operation === other.operation;
}

async function kill(victim: Victim, { session }: RunIdentity, engines: readonly number[]): Promise<void> {
  const running = (await processes()).filter((one) => one.session === session);
  const plugins = running.filter(({ command }) => /\/plugins\/resource-aws(-native)?-v[^/]+\//.test(command));
  assert.ok(plugins.length > 0, "no plugin was running");
  const engine = engines.at(-1) ?? 0;
  const pids = { engine: [engine], plugins: plugins.map(({ pid }) => pid), session: running.map(({ pid }) => pid) };
  for (const pid of pids[victim]) process.kill(pid, "SIGKILL");
}

/** URNs whose creation was told as begun and not as succeeded. */
function suspectsOf(events: readonly RunEvent[]): string[] {
  const steps = events.flatMap((event) => (event.type === "step" && /^create/.test(event.op) ? [event] : []));
  const done = new Set(steps.filter(({ status }) => status === "succeeded").map(({ urn }) => urn));
  return [...new Set(steps.filter(({ status }) => status === "started").map(({ urn }) => urn))].filter(
    (urn) => !done.has(urn),
  );
}

async function control(sandbox: RunningSandbox, method: string, name: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(`${sandbox.url}/_sandbox/${name}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.equal(answer.status, 200);
  return answer.json();
}

async function bootstrap(url: string): Promise<void> {
  const { accessKeyId, secretAccessKey } = await createAdministrator(url, MANAGEMENT);
  await runBootstrap(
    {
      PATH: process.env.PATH ?? "",
      ...{ AWS_ENDPOINT_URL: url, AWS_REGION: "us-east-1" },
      ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
      BULWARK_SETTINGS: join(ROOT, "sandbox/organization/settings.json"),
    },
    () => undefined,
  );
}

/** Sessions of Bulwark's roles, as the service has them; in a member, which has none yet, of its administrator role. */
async function sessions(sandbox: RunningSandbox, stack: string): Promise<Record<string, SessionCredentials>> {
  const service = await assume({ ...sandbox.root(SECURITY) }, SECURITY, "BulwarkService");
  const { expiration: _, ...credentials } = service;
  const asService = { endpoint: sandbox.url, region: "us-east-1", credentials };
  const [management, security, logArchive] = await Promise.all([
    assume(asService, MANAGEMENT, "BulwarkManagement"),
    assume(asService, SECURITY, "BulwarkDeployment"),
    assume(asService, LOG_ARCHIVE, "BulwarkDeployment"),
  ]);
  const shared = { [MANAGEMENT]: management, [SECURITY]: security, [LOG_ARCHIVE]: logArchive };
  const member = /^account-(\d{12})$/.exec(stack)?.[1];
  if (member === undefined) return shared;
  return { ...shared, [member]: await assume(sandbox.root(MANAGEMENT), member, "OrganizationAccountAccessRole") };
}

async function assume(
  as: { readonly endpoint: string; readonly region: string; readonly credentials: object },
  accountId: string,
  role: string,
): Promise<SessionCredentials> {
  const sts = new STSClient(as as ConstructorParameters<typeof STSClient>[0] & object);
  try {
    const { Credentials: keys } = await sts.send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${accountId}:role/${role}`, RoleSessionName: "op-test" }),
    );
    return {
      accessKeyId: keys?.AccessKeyId ?? "",
      secretAccessKey: keys?.SecretAccessKey ?? "",
      sessionToken: keys?.SessionToken ?? "",
      expiration: keys?.Expiration?.toISOString() ?? "",
    };
  } finally {
    sts.destroy();
  }
}
