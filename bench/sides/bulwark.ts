import type { Case } from "../cases.ts";
import { type Organization, untilEnded } from "../organization.ts";
import { type MeasuredService, startService } from "../service.ts";
import type { Side } from "./side.ts";

/** Side (c): the service over HTTP, with its database. */
export async function bulwarkSide(organization: Organization, python: string): Promise<Side> {
  let service: MeasuredService = await startService(organization, python, "first");
  return {
    name: "bulwark",
    async prepare(of: Case) {
      if (of !== "changed") return;
      // Settings are read when the service starts.
      await service.process.stop();
      service = await startService(organization, python, of);
    },
    async deploy(of, accountIds) {
      const { client, process } = service;
      const ask = (accountId: string) =>
        of === "first"
          ? client.post<{ id: string }>("/accounts", { accountId })
          : client.post<{ id: string }>(`/accounts/${accountId}/deployments`, {});
      const before = await process.mark();
      const begun = performance.now();
      const operations = await Promise.all(accountIds.map(ask));
      for (const { id } of operations) await untilEnded(client, id);
      const wallSeconds = (performance.now() - begun) / 1000;
      const after = await process.mark();
      const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
      return { stacks: accountIds.length, wallSeconds, cpuSeconds, peakBytes: after.pssBytes };
    },
    stop: () => service.process.stop(),
  };
}
