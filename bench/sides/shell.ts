import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CONCURRENCY } from "../cases.ts";
import type { Organization } from "../organization.ts";
import { supervise } from "../supervised.ts";
import { preparePlainProject } from "./plain.ts";
import type { Side } from "./side.ts";

const up = "pulumi up --yes --skip-preview --stack {}";
/** A stack has to be made once. */
const initAndUp = `pulumi stack init --no-select --stack {} && ${up}`;

/** Side (a): `pulumi up` from the shell, under xargs. */
export async function shellSide(organization: Organization, python: string): Promise<Side> {
  const { folder, environment, configure } = await preparePlainProject(organization);
  return {
    name: "shell",
    async prepare(of) {
      if (of === "changed") await configure(of);
    },
    async deploy(of, accountIds) {
      const list = join(organization.folder, "stacks.txt");
      await writeFile(list, accountIds.map((accountId) => `account-${accountId}\n`).join(""));
      const each = of === "first" ? initAndUp : up;
      const argv = ["xargs", "-a", list, "-P", String(CONCURRENCY), "-I", "{}", "sh", "-c", each];
      const logPath = join(organization.folder, "shell.log");
      const begun = performance.now();
      const running = supervise(python, { argv, env: environment, cwd: folder, logPath });
      const code = await running.exited;
      const wallSeconds = (performance.now() - begun) / 1000;
      const { mark } = await running.ended;
      if (code !== 0) throw new Error(`deploying from the shell ended with ${code}; see ${logPath}`);
      return { stacks: accountIds.length, wallSeconds, cpuSeconds: mark.cpuSeconds, peakBytes: mark.pssBytes };
    },
    stop: async () => undefined,
  };
}
