import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { OrganizationSeed } from "../../sandbox/emulators/organizations/organization.ts";
import type { EmulatorFactory } from "../../sandbox/gateway/emulator.ts";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox.ts";

export const PYTHON = resolve(import.meta.dirname, "../../.bulwark/venv/bin/python");

export const MANAGEMENT = "111111111111";
export const MEMBER = "100000000001";
/** Has enabled ap-southeast-3. */
export const OPTED_IN = "100000000002";
export const NOT_READY = "100000000090";
export const SUSPENDED = "100000000099";
export const OUTSIDE = "555555555555";

/** A small organization with one account of each kind. */
export const SEED: OrganizationSeed = {
  id: "o-gatewaytest",
  partition: "aws",
  rootId: "r-gate",
  managementAccountId: MANAGEMENT,
  createdAt: new Date("2026-01-01T00:00:00Z"),
  units: [{ id: "ou-gate-prod00001", name: "Prod" }],
  accounts: [
    { id: MANAGEMENT, name: "management", email: "management@example.com", parentId: "r-gate" },
    { id: MEMBER, name: "member", email: "member@example.com", parentId: "ou-gate-prod00001" },
    {
      id: OPTED_IN,
      name: "opted-in",
      email: "opted-in@example.com",
      parentId: "ou-gate-prod00001",
      optInRegions: ["ap-southeast-3"],
    },
    { id: NOT_READY, name: "fresh", email: "fresh@example.com", parentId: "ou-gate-prod00001", notReadySeconds: 2 },
    { id: SUSPENDED, name: "gone", email: "gone@example.com", parentId: "ou-gate-prod00001", state: "SUSPENDED" },
    { id: OUTSIDE, name: "outside", email: "outside@example.com" },
  ],
};

export interface TestSandbox extends Sandbox {
  /** What it wrote to its log. */
  readonly lines: string[];
  /** AWS SDK settings of an account's root, without retries. */
  as(accountId: string, region?: string): ClientSettings;
}

export interface ClientSettings {
  readonly endpoint: string;
  readonly region: string;
  readonly maxAttempts: number;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** Starts a sandbox of its own for a test file, on a free port. */
export async function startTestSandbox(emulators: readonly EmulatorFactory[] = []): Promise<TestSandbox> {
  const dataDir = mkdtempSync(join(tmpdir(), "bulwark-gateway-"));
  const lines: string[] = [];
  const log = { info: (line: string) => lines.push(line), error: (line: string) => lines.push(line) };
  const sandbox = await startSandbox({
    port: 0,
    dataDir,
    python: PYTHON,
    organization: { seed: SEED },
    log,
    emulators,
  });
  return {
    ...sandbox,
    lines,
    as: (accountId, region = "us-east-1") => ({
      endpoint: sandbox.url,
      region,
      maxAttempts: 1,
      credentials: { accessKeyId: accountId, secretAccessKey: "any" },
    }),
    async close() {
      await sandbox.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
