import { lstat, mkdir, readFile, readlink, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { delimiter, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./lock.ts";
import { formatVersion, pinnedVersion, type Version } from "./version.ts";
import type { Place, Way } from "./ways.ts";

// `make engine`: leaves the Pulumi engine that this checkout is pinned to in .bulwark/bin. usage: install.ts [data folder]

/** What was installed, so that the next setup needs one look and no process. */
interface Installed {
  readonly version: string;
  readonly way: string;
  readonly pulumi: string;
  readonly bytes: number;
}

/** Every way was tried and none worked. */
export class NoEngineError extends Error {
  constructor(version: string, tried: readonly { readonly way: string; readonly why: string }[]) {
    super(
      [
        `The Pulumi engine v${version} could not be installed. Tried, in this order:`,
        ...tried.map(({ way, why }, index) => `  ${index + 1}. ${way}: ${why}`),
        "One of these helps:",
        `  - install pulumi v${version} so that it is on PATH (https://www.pulumi.com/docs/install/), or`,
        "  - let this machine reach https://get.pulumi.com, or",
        "  - install Go >= 1.25 (https://go.dev/dl/) and let it reach a Go module proxy (GOPROXY).",
      ].join("\n"),
    );
    this.name = "NoEngineError";
  }
}

/** Tries the ways in turn. Throws `NoEngineError` with the reason of each. */
export async function firstThatWorks(
  ways: readonly Way[],
  place: Place,
): Promise<{ readonly way: string; readonly pulumi: string }> {
  const tried: { way: string; why: string }[] = [];
  for (const way of ways) {
    try {
      return { way: way.name, pulumi: await way.try(place) };
    } catch (error) {
      tried.push({ way: way.name, why: error instanceof Error ? error.message : String(error) });
    }
  }
  throw new NoEngineError(formatVersion(place.pinned), tried);
}

/** Whether `data` has the pinned engine, as an earlier installation left it. */
export async function isInstalled(data: string, pinned: Version): Promise<boolean> {
  try {
    const record = JSON.parse(await readFile(recordFile(data), "utf8")) as Installed;
    const linked = resolve(data, "bin", await readlink(join(data, "bin/pulumi")));
    if (record.version !== formatVersion(pinned) || linked !== record.pulumi) return false;
    return (await stat(record.pulumi)).size === record.bytes;
  } catch {
    return false;
  }
}

const recordFile = (data: string): string => join(data, "engine/installed.json");

async function install(
  root: string,
  data: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const started = performance.now();
  const say = (line: string): void =>
    console.log(`[${String(Math.round((performance.now() - started) / 1000)).padStart(3)}s]  engine: ${line}`);
  const pinned = pinnedVersion(JSON.parse(await readFile(join(root, "package.json"), "utf8")));
  if (await isInstalled(data, pinned)) return;
  const bin = join(data, "bin");
  await Promise.all([bin, join(data, "engine")].map((folder) => mkdir(folder, { recursive: true })));
  const waiting = (pid: number): void => say(`waiting for the setup with process id ${pid}`);
  await withLock(join(data, "engine/lock"), waiting, async () => {
    if (await isInstalled(data, pinned)) return;
    const others = (environment.PATH ?? "").split(delimiter).filter((folder) => resolve(folder) !== bin);
    // Loads the Pulumi SDK, half a second that a setup with nothing to do is spared.
    const { WAYS } = await import("./ways.ts");
    const { way, pulumi } = await firstThatWorks(WAYS, {
      pinned,
      modules: join(root, "engine"),
      target: join(data, "engine", `v${formatVersion(pinned)}`),
      path: others.join(delimiter),
      environment,
      say,
    });
    await link(pulumi, join(bin, "pulumi"));
    // Beside the binary that the link leads to is where the engine looks for its language hosts.
    await rm(join(bin, "pulumi-language-nodejs"), { force: true });
    const { size: bytes } = await stat(pulumi);
    const record: Installed = { version: formatVersion(pinned), way, pulumi, bytes };
    await writeFile(recordFile(data), `${JSON.stringify(record, undefined, 2)}\n`);
    say(`v${formatVersion(pinned)} is ready (${way})`);
    const host = join(pulumi, "../pulumi-language-nodejs");
    const hasHost = await lstat(host).then(
      () => true,
      () => false,
    );
    if (!hasHost) say(`${host} is missing: a plain \`pulumi preview\` needs it, the service does not`);
  });
}

// A link that is put in place whole: another process may be starting the engine right now.
async function link(target: string, path: string): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  const inside = relative(join(path, ".."), target);
  await rm(temporary, { force: true });
  await symlink(inside.startsWith("../engine/") ? inside : target, temporary);
  await rename(temporary, path);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  try {
    await install(root, resolve(process.argv[2] ?? join(root, ".bulwark")), process.env);
  } catch (error) {
    console.error(error instanceof NoEngineError ? error.message : error);
    process.exitCode = 1;
  }
}
