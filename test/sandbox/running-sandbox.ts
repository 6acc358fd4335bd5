import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { EmulatorFactory } from "../../sandbox/gateway/emulator.ts";
import { SAMPLE } from "../../sandbox/organization/accounts.ts";
import { type RootAccess, rootAccess } from "../../sandbox/organization/root-access.ts";
import { type SampleOrganization, startSandbox } from "../../sandbox/sandbox.ts";

/** A sandbox of a test file's own, on a free port, with the sample organization. */
export interface RunningSandbox {
  readonly url: string;
  /** AWS SDK settings of the root of an account; us-east-1 unless told otherwise. */
  root(accountId: string, region?: string): RootAccess;
  close(): Promise<void>;
}

/** Starts one; the accounts are empty unless `organization` populates them. `emulators` in place of all. */
export async function runSandbox(
  organization: SampleOrganization = { seed: SAMPLE },
  emulators?: readonly EmulatorFactory[],
): Promise<RunningSandbox> {
  const dataDir = mkdtempSync(join(tmpdir(), "bulwark-sandbox-"));
  const sandbox = await startSandbox({
    port: 0,
    dataDir,
    python: join(import.meta.dirname, "../../.bulwark/venv/bin/python"),
    organization,
    ...(emulators === undefined ? {} : { emulators }),
    log: { info: () => {}, error: (message) => console.error(message) },
  });
  return {
    url: sandbox.url,
    root: (accountId, region = "us-east-1") => rootAccess(sandbox.url, accountId, region),
    async close() {
      await sandbox.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Asks until `ready` is content with the answer. Throws after twenty seconds: a busy machine takes its time. */
export async function until<Answer>(ask: () => Promise<Answer>, ready: (answer: Answer) => boolean): Promise<Answer> {
  const deadline = Date.now() + 90_000;
  for (;;) {
    const answer = await ask();
    if (ready(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`still not ready: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** AWS SDK settings of a session `test` of a role, assumed as the root of `from`. */
export async function assume(sandbox: RunningSandbox, from: string, accountId: string, role: string) {
  const sts = new STSClient(sandbox.root(from));
  const { Credentials: keys } = await sts.send(
    new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${accountId}:role/${role}`, RoleSessionName: "test" }),
  );
  return {
    ...sandbox.root(accountId),
    credentials: {
      accessKeyId: keys?.AccessKeyId ?? "",
      secretAccessKey: keys?.SecretAccessKey ?? "",
      sessionToken: keys?.SessionToken ?? "",
    },
  };
}
