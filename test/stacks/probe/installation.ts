import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  createRunner,
  type RunEvent,
  type Runner,
  type RunnerConfig,
  type RunRequest,
} from "../../../stacks/runner.ts";
import type { ProbeInputs } from "./program.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const NODE = join(ROOT, ".bulwark/bin/node");
/** Compiled code of children and plugins, kept between tests: each start takes a third less CPU. */
const codeCache = join(ROOT, ".bulwark/cache/children");

/** A state backend, a PULUMI_HOME with the probe plugin and a runner, all in one temporary folder. */
export interface Installation {
  readonly folder: string;
  readonly world: string;
  readonly backend: string;
  readonly workspaces: string;
  readonly config: RunnerConfig;
  readonly runner: Runner;
  request(
    stack: string,
    verb: RunRequest["verb"],
    inputs?: Partial<ProbeInputs>,
    more?: Partial<RunRequest>,
  ): RunRequest;
  /** Runs and collects the events. */
  run(
    request: RunRequest,
    signal?: AbortSignal,
  ): Promise<{ result: Awaited<ReturnType<Runner["run"]>>; events: RunEvent[] }>;
  journal(): Promise<{ verb: string; name: string; phase: "begin" | "end"; pid: number }[]>;
  /** Lets items that are held go on. */
  release(): Promise<void>;
  remove(): Promise<void>;
}

export async function install(changes: Partial<RunnerConfig> = {}): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), "bulwark-stacks-"));
  const at = (name: string): string => join(folder, name);
  const [world, backend, workspaces] = [at("world"), at("state"), at("workspaces")];
  const plugin = at("pulumi-home/plugins/resource-probe-v1.0.0");
  await Promise.all([world, backend, workspaces, plugin].map((name) => mkdir(name, { recursive: true })));
  await writeFile(at("passphrase"), "correct horse battery staple");
  const source = fileURLToPath(new URL("./plugin.ts", import.meta.url));
  const executable = join(plugin, "pulumi-resource-probe");
  await writeFile(executable, `#!/bin/sh\nNODE_COMPILE_CACHE='${codeCache}' exec '${NODE}' '${source}' "$@"\n`);
  await chmod(executable, 0o755);
  const quiet = { warn() {} };
  const config: RunnerConfig = {
    node: NODE,
    pulumiRoot: join(ROOT, ".bulwark"),
    pulumiHome: at("pulumi-home"),
    backendUrl: `file://${backend}`,
    secretsProvider: "passphrase",
    passphraseFile: at("passphrase"),
    environment: process.env,
    awsRegion: "us-east-1",
    tmpDir: workspaces,
    codeCache,
    concurrency: 2,
    logger: quiet,
    programs: fileURLToPath(new URL("./program.ts", import.meta.url)),
    cancelGraceMs: 10_000,
    ...changes,
  };
  const runner = createRunner(config);
  let count = 0;
  return {
    folder,
    world,
    backend,
    workspaces,
    config,
    runner,
    request(stack, verb, inputs = {}, more = {}) {
      const document: ProbeInputs = { world, items: {}, homeRegion: "us-east-1", ...inputs };
      return {
        operationId: `op-${++count}`,
        stack,
        verb,
        // The probe's programs take inputs of their own.
        inputs: document as unknown as RunRequest["inputs"],
        credentials: {},
        timeoutMs: 240_000,
        ...more,
      };
    },
    async run(request, signal) {
      const events: RunEvent[] = [];
      const hooks = {
        onEvent: (event: RunEvent) => void events.push(event),
        ...(signal === undefined ? {} : { signal }),
      };
      return { result: await runner.run(request, hooks), events };
    },
    async journal() {
      const text = await readFile(join(world, "journal.ndjson"), "utf8").catch(() => "");
      return text
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    },
    release: () => writeFile(join(world, "released"), ""),
    async remove() {
      await runner.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Folders of runs, within the folder of all. */
export async function leftovers({ workspaces }: Installation): Promise<string[]> {
  const names = await Promise.all((await readdir(workspaces)).map((name) => runsOf(workspaces, name)));
  return names.flat();
}

async function runsOf(workspaces: string, service: string): Promise<string[]> {
  if (!service.startsWith("service-")) return [];
  const within = (name: string) => readdir(join(workspaces, name)).catch(() => []);
  const children = (await within(service)).filter((name) => name.startsWith("child-"));
  const runs = await Promise.all(
    children.map(async (child) => {
      const names = (await within(join(service, child))).filter((name) => name.startsWith("run-"));
      return names.map((name) => join(service, child, name));
    }),
  );
  return runs.flat();
}
