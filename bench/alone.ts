import { percentile } from "./arithmetic.ts";
import { type Organization, untilEnded } from "./organization.ts";
import { startService } from "./service.ts";

/** One account's baseline while nothing else runs, in seconds from the accepted call to the operation's end. */
export interface Alone {
  /** Resources of AWS in the stack, without stack and providers. */
  readonly resources: number;
  readonly regions: number;
  readonly onboarded: readonly number[];
  readonly unchanged: readonly number[];
}

/** The slowest of several: a user waits for the slow one too. */
export function slowest(seconds: readonly number[]): number {
  return percentile(seconds, 1);
}

/** Onboards the accounts of an organization one after another, then deploys each once more, unchanged. They must be new to it. */
export async function measureAlone(organization: Organization, python: string): Promise<Alone> {
  const { client, process } = await startService(organization, python, "first", { memory: "own" });
  try {
    let resources = 0;
    const run = async (path: string, body: object): Promise<number> => {
      const { id } = await client.post<{ id: string }>(path, body);
      const { createdAt, finishedAt, result } = await untilEnded(client, id);
      resources = (result as { resources: number }).resources;
      return (Date.parse(finishedAt) - Date.parse(createdAt)) / 1000;
    };
    const onboarded: number[] = [];
    const unchanged: number[] = [];
    for (const accountId of organization.accountIds) onboarded.push(await run("/accounts", { accountId }));
    for (const accountId of organization.accountIds) {
      unchanged.push(await run(`/accounts/${accountId}/deployments`, {}));
    }
    return { resources, regions: organization.settings.regions.length, onboarded, unchanged };
  } finally {
    await process.stop();
  }
}
