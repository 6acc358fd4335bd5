/** A version with three numbers; what follows them (`-alpha.1`, `+dirty`) is not kept. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** The first version in a text such as `v3.256.0`, `go1.26.8` or `go version go1.25 linux/amd64`; a missing patch is 0. */
export function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch] = /(?<![\d.])(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  return { major: Number(major), minor: Number(minor), patch: Number(patch ?? 0) };
}

/** `3.256.0`. */
export function formatVersion({ major, minor, patch }: Version): string {
  return `${major}.${minor}.${patch}`;
}

/**
 * The engine's version is the SDK's: the two speak a protocol that only grows, and are released together. Throws an
 * `Error` when package.json does not pin one.
 */
export function pinnedVersion(packageJson: { readonly dependencies?: Readonly<Record<string, string>> }): Version {
  const pinned = parseVersion(packageJson.dependencies?.["@pulumi/pulumi"] ?? "");
  if (pinned === undefined) throw new Error("reading the engine's version: package.json pins no @pulumi/pulumi");
  return pinned;
}

/** Whether an engine that is there already will do: the same minor, whatever the patch. */
export function isPinnedMinor(found: Version | undefined, pinned: Version): boolean {
  return found !== undefined && found.major === pinned.major && found.minor === pinned.minor;
}

/** The Go that the engine's modules ask for in their go.mod. */
const LEAST_GO: Version = { major: 1, minor: 25, patch: 0 };

/** Whether `go` can build the engine, by what `go version` or `go env GOVERSION` prints. */
export function canBuild(goVersion: string | undefined): boolean {
  const found = goVersion === undefined ? undefined : parseVersion(goVersion);
  if (found === undefined) return false;
  return found.major > LEAST_GO.major || (found.major === LEAST_GO.major && found.minor >= LEAST_GO.minor);
}
