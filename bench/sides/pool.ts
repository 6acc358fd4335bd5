import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Organization } from "../organization.ts";
import { supervise } from "../supervised.ts";
import { preparePlainProject } from "./plain.ts";
import type { Order } from "./pool-process.ts";
import type { Side } from "./side.ts";

/** Side (b): a pool of promises around the Automation API in one Node process, which is up before the clock starts. */
export async function poolSide(organization: Organization, python: string): Promise<Side> {
  const { environment } = await preparePlainProject(organization);
  const workspaces = join(organization.folder, "workspaces");
  const portFile = join(organization.folder, "pool.port");
  const logPath = join(organization.folder, "pool.log");
  await mkdir(workspaces, { recursive: true });
  const argv = [process.execPath, join(import.meta.dirname, "pool-process.ts"), portFile];
  const running = supervise(python, { argv, env: environment, cwd: workspaces, logPath });
  const port = await portOf(portFile, logPath);
  return {
    name: "pool",
    prepare: async () => undefined,
    async deploy(of, accountIds) {
      const stacks = accountIds.map((accountId) => ({
        name: `account-${accountId}`,
        inputs: organization.inputsOf(accountId, of),
      }));
      const order: Order = { workspaces, previewsFirst: of === "changed", stacks };
      const before = await running.mark();
      const begun = performance.now();
      const answer = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: JSON.stringify(order) });
      const wallSeconds = (performance.now() - begun) / 1000;
      if (!answer.ok) throw new Error(`deploying by the pool: ${await answer.text()}`);
      const after = await running.mark();
      const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
      return { stacks: stacks.length, wallSeconds, cpuSeconds, peakBytes: after.pssBytes };
    },
    stop: () => running.stop(),
  };
}

async function portOf(portFile: string, logPath: string): Promise<number> {
  for (let tried = 0; tried < 600; tried++) {
    const port = Number(await readFile(portFile, "utf8").catch(() => ""));
    if (port > 0) return port;
    await sleep(50);
  }
  throw new Error(`starting the pool: it does not listen; see ${logPath}`);
}
