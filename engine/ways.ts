import { spawn } from "node:child_process";
import { constants } from "node:fs";
import { access, chmod, mkdir, realpath, rename, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { runCommand } from "./command.ts";
import { withLateLists } from "./late-lists.ts";
import { canBuild, formatVersion, isPinnedMinor, parseVersion, type Version } from "./version.ts";

/** Where an engine is had from. */
export interface Place {
  readonly pinned: Version;
  /** Folder with the Go modules `pulumi` and `language-nodejs`. */
  readonly modules: string;
  /** Folder that a downloaded or built engine goes into; its binaries lie in `bin`. */
  readonly target: string;
  /** The caller's PATH without the folder that the engine will be linked from. */
  readonly path: string;
  /** The caller's environment: proxies, GOFLAGS, GOPROXY. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
}

/** One way to have the engine. `try` answers with the path of the `pulumi` binary, or throws an `Error` that says why not. */
export interface Way {
  readonly name: string;
  try(place: Place): Promise<string>;
}

/** The ways in the order of their cost. */
export const WAYS: readonly Way[] = [
  { name: "pulumi on PATH", try: onPath },
  { name: "download from get.pulumi.com", try: downloaded },
  { name: "build with Go", try: built },
];

/** Path of an executable, as a shell would find it. */
export async function which(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter(Boolean)) {
    const candidate = join(folder, name);
    const found = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
  }
  return undefined;
}

async function onPath({ pinned, path, environment }: Place): Promise<string> {
  const found = await which("pulumi", path);
  if (found === undefined) throw new Error("there is none");
  const { stdout } = await runCommand(found, ["version"], {
    limitMs: 20_000,
    env: { ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  if (!isPinnedMinor(parseVersion(stdout), pinned)) {
    throw new Error(`${found} is ${stdout.trim()}, and ${pinned.major}.${pinned.minor} is needed`);
  }
  return realpath(found);
}

/** An answer from get.pulumi.com within this time, or there is no internet. */
const ANSWER_MS = 10_000;
/** The archive has 130 MB. */
const DOWNLOAD_MS = 5 * 60_000;

async function downloaded({ pinned, target, say }: Place): Promise<string> {
  const answer = await fetch("https://get.pulumi.com/install.sh", {
    method: "HEAD",
    signal: AbortSignal.timeout(ANSWER_MS),
  }).catch((error: Error) => {
    const cause = error.cause instanceof Error ? error.cause.message : error.message;
    throw new Error(`get.pulumi.com can't be reached (${cause})`);
  });
  if (!answer.ok) throw new Error(`get.pulumi.com answers ${answer.status}`);
  say(`downloading the Pulumi engine v${formatVersion(pinned)}`);
  // Without a version it installs the SDK's own, which is the pinned one.
  const late = AbortSignal.timeout(DOWNLOAD_MS);
  const command = await Promise.race([
    PulumiCommand.install({ root: target }),
    new Promise<never>((_, reject) => {
      late.addEventListener("abort", () => reject(new Error(`not finished after ${DOWNLOAD_MS / 60_000} minutes`)));
    }),
  ]);
  return command.command;
}

async function built({ pinned, modules, target, path, environment, say }: Place): Promise<string> {
  const go = await which("go", path);
  if (go === undefined) throw new Error("there is no go on PATH");
  const { stdout } = await runCommand(go, ["env", "GOVERSION"], {
    limitMs: 20_000,
    cwd: join(modules, "pulumi"),
    env: environment,
  });
  if (!canBuild(stdout)) throw new Error(`${go} is ${stdout.trim()}, and 1.25 or newer is needed`);
  const version = `v${formatVersion(pinned)}`;
  const bin = join(target, "bin");
  const library = join(target, "lib");
  await Promise.all([bin, library].map((folder) => mkdir(folder, { recursive: true })));
  say(
    `building the Pulumi engine ${version} with ${stdout.trim()}; the first time takes three to five minutes on two cores`,
  );
  const sources = join(target, "src");
  await rm(sources, { recursive: true, force: true });
  await mkdir(sources);
  const modfile = await withLateLists(go, join(modules, "pulumi"), sources, environment);
  const build = { version, environment, say };
  const pulumiPackage = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
  await goBuild(go, join(modules, "pulumi"), pulumiPackage, join(bin, "pulumi"), { ...build, modfile });
  await rm(sources, { recursive: true });
  const host = join(library, "pulumi-language-nodejs");
  const hostPackage = "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs";
  await goBuild(go, join(modules, "language-nodejs"), hostPackage, host, build);
  // The last language host that can be built as a module takes its options as flags, and today's engine no longer sends
  // any: it would put a compiler in front of programs that Node loads by itself.
  const wrapper = `#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/../lib/pulumi-language-nodejs" -typescript=false "$@"\n`;
  await writeFile(join(bin, "pulumi-language-nodejs"), wrapper);
  await chmod(join(bin, "pulumi-language-nodejs"), 0o755);
  return join(bin, "pulumi");
}

const PROGRESS_MS = 15_000;

/**
 * How often the compiler collects its garbage. The linker drops debug information anyway (-s -w), so the compiler makes none: both together
 * take a quarter of the processor's time away, measured on the language host, at the same peak of memory.
 */
const COMPILER_GOGC = "400";

interface Build extends Pick<Place, "environment" | "say"> {
  readonly version: string;
  /** Instead of the module's own. */
  readonly modfile?: string;
}

/** Builds one command into `output`, which appears only when it is whole. */
async function goBuild(
  go: string,
  cwd: string,
  packagePath: string,
  output: string,
  { version, environment, say, modfile }: Build,
): Promise<void> {
  const partial = `${output}.partial`;
  const stamp = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${version}`;
  // Without paths in it, what another checkout has compiled can be taken.
  const flags = ["-trimpath", "-gcflags=all=-dwarf=false", `-ldflags=-s -w ${stamp}`];
  if (modfile !== undefined) flags.push(`-modfile=${modfile}`);
  const build = spawn(go, ["build", "-v", ...flags, "-o", partial, packagePath], {
    cwd,
    env: { GOGC: COMPILER_GOGC, ...environment },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let packages = 0;
  let tail = "";
  build.stderr.on("data", (chunk: Buffer) => {
    const text = chunk.toString();
    packages += text.split("\n").length - 1;
    tail = (tail + text).slice(-2_000);
  });
  const name = packagePath.slice(packagePath.lastIndexOf("/") + 1);
  const started = performance.now();
  const seconds = (): number => Math.round((performance.now() - started) / 1000);
  const progress = setInterval(() => say(`${name}: ${packages} packages compiled, ${seconds()} s`), PROGRESS_MS);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      build.on("error", reject);
      build.on("close", resolve);
    });
    if (code !== 0)
      throw new Error(`go build ended with code ${code}: ${tail.trim().split("\n").slice(-5).join("; ")}`);
    await rename(partial, output);
    say(`${name} built in ${seconds()} s`);
  } finally {
    clearInterval(progress);
    await rm(partial, { force: true });
  }
}
