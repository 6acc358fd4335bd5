import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { KMS } from "@aws-sdk/client-kms";
import {
  type EngineEvent,
  LocalWorkspace,
  type OpMap,
  PulumiCommand,
  type Stack,
} from "@pulumi/pulumi/automation/index.js";
import { installPlugins } from "../../sandbox/plugins/install.ts";
import { withoutLogs } from "../../stacks/child/workspace.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export type Program = () => Promise<Record<string, unknown> | undefined>;
export type Verb = "preview" | "up" | "refresh" | "previewRefresh" | "destroy";

/** What a verb did, or its error. */
export interface Outcome {
  readonly changes: OpMap;
  /** Property paths by resource name: `~ delaySeconds`, `+- name`. */
  readonly diffs: Readonly<Record<string, string[]>>;
  /** Diagnostics of severity error; empty when it succeeded. */
  readonly errors: string;
}

/** The real engine with the sandbox's plugins, its state in a temporary folder. */
export interface Engine {
  readonly folder: string;
  readonly env: Record<string, string>;
  /** Runs a verb on a stack; the program is that of the stack from then on. */
  run(stack: string, verb: Verb, program?: Program): Promise<Outcome>;
  open(stack: string, program?: Program): Promise<Stack>;
  /** A resource of a stack's state, by its name. */
  resource(stack: string, name: string): Promise<StateResource>;
  remove(): Promise<void>;
}

export interface StateResource {
  readonly id: string;
  readonly type: string;
  readonly inputs: Record<string, unknown>;
  readonly outputs: Record<string, unknown>;
}

const signs: Readonly<Record<string, string>> = {
  add: "+",
  "add-replace": "++",
  delete: "-",
  "delete-replace": "--",
  update: "~",
  "update-replace": "+-",
};

/** On a busy machine the SDK of a program within this process may not reach the engine in time, which then has heard of nothing. */
const UNREACHED = "14 UNAVAILABLE: No connection established";

/** One home for all engines of this run of mocha: what the plugins have compiled is found again. */
let installed: Promise<string> | undefined;
let command: Promise<PulumiCommand> | undefined;

async function installHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "bulwark-plugins-home-"));
  await installPlugins(home, join(ROOT, ".bulwark/bin/node"));
  await withoutLogs(home);
  return home;
}

after("the engines' home is removed", async () => {
  if (installed !== undefined) await rm(await installed, { recursive: true, force: true });
});

/** Of nobody in the sample organization, so that no test sees its keys. */
const KEYS = { accessKeyId: "999999999999", secretAccessKey: "sandbox" };
/**
 * A key that encrypts the secrets of states. With a passphrase each start of the engine would derive a key by a million rounds: a seventh of all the CPU
 * that these tests take.
 */
async function makeKey(endpoint: string): Promise<string> {
  const kms = new KMS({ endpoint, region: "us-east-1", credentials: KEYS });
  const { KeyMetadata } = await kms.createKey({}).finally(() => kms.destroy());
  return `awskms:///${KeyMetadata?.KeyId}?region=us-east-1`;
}

/** Installs the plugins and prepares a backend; `endpoint` is where AWS is. */
export async function startEngine(endpoint: string, more: Record<string, string> = {}): Promise<Engine> {
  const folder = await mkdtemp(join(tmpdir(), "bulwark-plugins-"));
  await mkdir(join(folder, "state"), { recursive: true });
  installed ??= installHome();
  const pulumiHome = await installed;
  // It asks the engine for its version, once for all.
  command ??= PulumiCommand.get({ root: join(ROOT, ".bulwark") });
  const pulumiCommand = await command;
  const env = {
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_HOME: pulumiHome,
    AWS_ENDPOINT_URL: endpoint,
    AWS_EC2_METADATA_DISABLED: "true",
    // For that key; providers have profiles of their own.
    AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    AWS_SHARED_CREDENTIALS_FILE: join(folder, "credentials"),
    AWS_CONFIG_FILE: join(folder, "config"),
    ...more,
  };
  const stacks = new Map<string, Stack>();
  let key: Promise<string> | undefined;
  const open = async (name: string, given?: Program) => {
    const known = stacks.get(name);
    if (known) {
      if (given) known.workspace.program = given;
      return known;
    }
    const program = given ?? (async () => ({}));
    // Without a folder of ours the Automation API makes one in the temporary folder and leaves it there.
    const workDir = join(folder, "work", name);
    await mkdir(workDir, { recursive: true });
    key ??= makeKey(endpoint);
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: name, projectName: "plugins", program },
      {
        pulumiCommand,
        pulumiHome,
        workDir,
        secretsProvider: await key,
        projectSettings: { name: "plugins", runtime: "nodejs", backend: { url: `file://${folder}/state` } },
        envVars: env,
      },
    );
    // Three more runs of the engine after every verb, for what nobody here looks at: `resource` reads the state itself.
    stack.outputs = async () => ({});
    stack.info = async () => undefined;
    await stack.setConfig("pulumi:disable-default-providers", { value: '["*"]' });
    stacks.set(name, stack);
    return stack;
  };
  return {
    folder,
    env,
    open,
    async run(name, verb, program) {
      const stack = await open(name, program);
      for (;;) {
        const events: EngineEvent[] = [];
        await stack[verb]({ onEvent: (event: EngineEvent) => events.push(event) }).catch((error: unknown) => {
          if (!events.some((event) => event.diagnosticEvent?.severity === "error")) throw error;
        });
        const outcome = outcomeOf(events);
        if (!outcome.errors.includes(UNREACHED)) return outcome;
      }
    },
    async resource(name, resourceName) {
      const file = join(folder, "state/.pulumi/stacks/plugins", `${name}.json`);
      const { checkpoint } = JSON.parse(await readFile(file, "utf8"));
      const resources = checkpoint.latest.resources as (StateResource & { urn: string })[];
      const found = resources.find(({ urn }) => urn.endsWith(`::${resourceName}`));
      if (!found) throw new Error(`the state of ${name} has no resource ${resourceName}`);
      return found;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function outcomeOf(events: readonly EngineEvent[]): Outcome {
  const diffs: Record<string, string[]> = {};
  for (const { resourcePreEvent, resOutputsEvent } of events) {
    const metadata = resOutputsEvent?.metadata ?? resourcePreEvent?.metadata;
    if (!metadata?.detailedDiff || Object.keys(metadata.detailedDiff).length === 0) continue;
    const name = metadata.urn.slice(metadata.urn.lastIndexOf("::") + 2);
    diffs[name] = Object.entries(metadata.detailedDiff).map(([path, diff]) => `${signs[diff.diffKind]} ${path}`);
  }
  const errors = events
    .flatMap(({ diagnosticEvent }) => (diagnosticEvent?.severity === "error" ? [diagnosticEvent.message] : []))
    .join("\n");
  const changes = events.findLast(({ summaryEvent }) => summaryEvent)?.summaryEvent?.resourceChanges ?? {};
  return { changes, diffs, errors };
}
