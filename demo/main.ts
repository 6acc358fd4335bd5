// `make demo`: the main job on a sandbox AWS Organization, from nothing to four accounts with a baseline, and two incidents in
// them. It is a client of the sandbox (AWS's wire protocol) and of the service (its HTTP API), and starts both, and what
// stands for Slack, Splunk and the service desk.
import { randomBytes } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { runBootstrap } from "./bootstrap.ts";
import { createClient } from "./client.ts";
import { createAdministrator, createServiceIdentity } from "./identities.ts";
import { isFree, type Part, startPart, untilReady } from "./parts.ts";
import { keepSecrets, type Receivers, responseFeature, startReceivers, waysToAsk } from "./response/receivers.ts";
import { createScreen } from "./screen.ts";
import { runStory } from "./story.ts";

const environment = process.env;
const once = process.argv.includes("--once");
const root = resolve(import.meta.dirname, "..");
const data = join(root, ".bulwark/demo");
const turnPath = join(root, ".bulwark/demo.pid");
let holdsTurn = false;
const tokenPath = join(root, ".bulwark/token");
const sampleSettings = join(root, "sandbox/organization/settings.json");
const settingsPath = join(data, "settings.json");
const screen = createScreen(process.stdout);
const parts: Part[] = [];
let receivers: Receivers | undefined;
const stopping = new AbortController();

function port(name: string, fallback: number): number {
  const text = environment[name] ?? "";
  const value = text === "" ? fallback : Number(text);
  if (Number.isInteger(value) && value > 0 && value < 65536) return value;
  throw new Error(`${name}=${text}: must be a port, 1 to 65535`);
}

/** What every part may see of the environment: no credentials of the person who runs the demo. */
function partEnvironment(extra: Record<string, string>): Record<string, string> {
  const kept = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "USER", "LOGNAME", "NODE_COMPILE_CACHE"].flatMap(
    (name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value] as const];
    },
  );
  return { ...Object.fromEntries(kept), ...extra };
}

/** One demo per checkout: a second would take the first one's data away. */
async function takeTurn(): Promise<void> {
  const running = Number(await readFile(turnPath, "utf8").catch(() => ""));
  if (running > 0 && isAlive(running)) {
    throw new Error(
      `a demo runs from this checkout already (process ${running}): end it with Ctrl-C, or clone once more`,
    );
  }
  await mkdir(dirname(turnPath), { recursive: true });
  await writeFile(turnPath, String(process.pid));
  holdsTurn = true;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === "EPERM";
  }
}

async function ensureToken(): Promise<string> {
  const present = await readFile(tokenPath, "utf8").catch(() => "");
  if (present.trim() !== "") return present.trim();
  const token = randomBytes(24).toString("base64url");
  await writeFile(tokenPath, `${token}\n`, { mode: 0o600 });
  return token;
}

async function demo(): Promise<boolean> {
  const ports = { service: port("PORT", 8080), sandbox: port("SANDBOX_PORT", 4566) };
  for (const [name, number] of [
    ["SANDBOX_PORT", ports.sandbox],
    ["PORT", ports.service],
  ] as const) {
    if (!(await isFree(number))) {
      throw new Error(`port ${number} is taken: stop what listens there, or choose another: make demo ${name}=<port>`);
    }
  }
  await takeTurn();
  await rm(data, { recursive: true, force: true });
  await mkdir(data, { recursive: true });
  const token = await ensureToken();
  const aws = `http://127.0.0.1:${ports.sandbox}`;
  const service = `http://127.0.0.1:${ports.service}`;

  screen.say("Bulwark demo: an AWS Organization on this machine, its security baseline by Pulumi");
  const starting = screen.line("sandbox: an AWS Organization with 22 accounts");
  const sandbox = await startPart(
    "sandbox",
    join(root, "sandbox/main.ts"),
    partEnvironment({ SANDBOX_PORT: String(ports.sandbox), SANDBOX_DATA: join(data, "sandbox") }),
    join(data, "sandbox.log"),
  );
  parts.push(sandbox);
  await untilReady(sandbox, `${aws}/_sandbox/health`, 60_000);
  starting.done(`ready at ${aws}`);

  const settings = JSON.parse(await readFile(sampleSettings, "utf8")) as {
    homeRegion: string;
    accounts: { management: string; security: string; logArchive: string };
    features: object;
  };
  receivers = await startReceivers(() => new Date());
  const secrets = await keepSecrets(aws, settings.accounts.security, settings.homeRegion);
  const features = { ...settings.features, response: responseFeature(receivers, secrets) };
  await writeFile(settingsPath, JSON.stringify({ ...settings, features }, undefined, 2));
  const bootstrapping = screen.line("bootstrap: the roles through which Bulwark reaches the accounts");
  const administrator = await createAdministrator(aws, settings.accounts.management);
  await runBootstrap(
    partEnvironment({
      AWS_ENDPOINT_URL: aws,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: administrator.accessKeyId,
      AWS_SECRET_ACCESS_KEY: administrator.secretAccessKey,
      BULWARK_SETTINGS: settingsPath,
    }),
    (line) => bootstrapping.update(line),
  );
  const identity = await createServiceIdentity(aws, settings.accounts.security, "BulwarkService", join(data, "aws"));
  bootstrapping.done("created by an administrator of the management account");

  const serving = screen.line("service: API, queue, PostgreSQL");
  const api = await startPart(
    "service",
    join(root, "api/main.ts"),
    partEnvironment({
      PORT: String(ports.service),
      BULWARK_DATA: join(data, "service"),
      BULWARK_SETTINGS: settingsPath,
      BULWARK_TOKEN: token,
      AWS_ENDPOINT_URL: aws,
      AWS_REGION: "us-east-1",
      AWS_CONFIG_FILE: identity.configFile,
      AWS_SHARED_CREDENTIALS_FILE: identity.credentialsFile,
    }),
    join(data, "service.log"),
  );
  parts.push(api);
  await untilReady(api, `${service}/readyz`, 60_000);
  serving.done(`ready at ${service}`);

  const client = createClient(service, token);
  const succeeded = await runStory({
    client,
    screen,
    coreAccounts: Object.fromEntries(
      Object.entries(settings.accounts).map(([name, id]) => [id, name === "logArchive" ? "log archive" : name]),
    ),
    aws: { endpoint: aws, administrator },
    stage: {
      ...{ client, receivers, endpoint: aws, region: settings.homeRegion },
      as: (other) => createClient(service, other),
    },
    signal: stopping.signal,
  });
  screen.say(
    [
      "",
      `API        ${service}/docs    (OpenAPI: ${service}/openapi.json)`,
      `accounts   curl -s -H "Authorization: Bearer $(cat .bulwark/token)" ${service}/accounts`,
      `incidents  curl -s -H "Authorization: Bearer $(cat .bulwark/token)" '${service}/remediations?shelf=closed'`,
      ...waysToAsk(receivers),
      "token      .bulwark/token     (administrator)",
      `AWS        ${aws}    (AWS_ACCESS_KEY_ID=100000000001 is that account's root; any secret)`,
      'Pulumi     eval "$(make -s pulumi-env)" && pulumi preview --stack account-100000000001',
      `logs       ${join(".bulwark/demo", "service.log")}, ${join(".bulwark/demo", "sandbox.log")}`,
      ...(once ? [] : ["", "Running until Ctrl-C."]),
    ].join("\n"),
  );
  return succeeded;
}

async function stopParts(): Promise<void> {
  // The service first: its runs still talk to AWS.
  for (const part of parts.splice(0).reverse()) await part.stop();
}

function untilStopped(): Promise<void> {
  return new Promise((settle) => {
    if (stopping.signal.aborted) settle();
    else stopping.signal.addEventListener("abort", () => settle(), { once: true });
  });
}

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stopping.abort());

try {
  const done = await Promise.race([
    demo(),
    untilStopped().then(() => {
      throw new Error("stopped");
    }),
  ]);
  process.exitCode = done ? 0 : 1;
  if (!once) {
    const ended = await Promise.race([
      untilStopped(),
      ...parts.map(({ name, ended }) => ended.then((how) => `${name}: ${how}`)),
    ]);
    if (typeof ended !== "string") screen.say("stopping: runs in flight end at a whole step");
    else {
      screen.say(`the ${ended} although nobody asked; its log is in .bulwark/demo`);
      process.exitCode = 1;
    }
  }
} catch (error) {
  screen.say(stopping.signal.aborted ? "stopping" : `demo: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = stopping.signal.aborted ? 130 : 1;
} finally {
  screen.close();
  await stopParts();
  await receivers?.stop();
  if (holdsTurn) await rm(turnPath, { force: true });
}
// A request that was cut off must not keep the process.
process.exit();
