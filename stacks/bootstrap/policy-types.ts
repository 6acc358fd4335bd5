import { setTimeout as sleep } from "node:timers/promises";
import {
  EnablePolicyTypeCommand,
  ListRootsCommand,
  type OrganizationsClient,
  type PolicyType,
  type Root,
} from "@aws-sdk/client-organizations";

/** Another change of policy types is under way; it takes seconds. */
const BUSY = ["ConcurrentModificationException", "PolicyChangesInProgressException"];

/** How often AWS is asked before it is given up. */
const TRIES = 60;

/**
 * Enables types of policies in the organization's root, and waits until they are. That attaches AWS's own policy, which allows everything,
 * so nothing changes for anyone. Safe to repeat; types are never disabled, which would detach every policy of the type.
 *
 * @returns the types that were not enabled before. Rejects as the AWS SDK does.
 */
export async function enablePolicyTypes(
  organizations: Pick<OrganizationsClient, "send">,
  wanted: readonly PolicyType[],
  pollMs = 1_000,
): Promise<PolicyType[]> {
  if (wanted.length === 0) return [];
  const before = statuses(await root(organizations));
  const missing = wanted.filter((type) => !before.has(type));
  for (let tried = 1; ; tried++) {
    const now = await root(organizations);
    const open = wanted.filter((type) => statuses(now).get(type) !== "ENABLED");
    if (open.length === 0) return missing;
    if (tried > TRIES)
      throw new Error(`enabling policy types: AWS did not finish enabling ${open.join(", ")}; try again`);
    const next = open.find((type) => !statuses(now).has(type));
    if (next !== undefined) await enable(organizations, now.Id, next);
    else await sleep(pollMs);
  }

  async function enable(client: Pick<OrganizationsClient, "send">, RootId: string | undefined, PolicyType: PolicyType) {
    try {
      await client.send(new EnablePolicyTypeCommand({ RootId, PolicyType }));
    } catch (error) {
      if (!(error instanceof Error && BUSY.includes(error.name))) throw error;
      await sleep(pollMs);
    }
  }
}

async function root(organizations: Pick<OrganizationsClient, "send">): Promise<Root> {
  // An organization has one root (AWS Organizations User Guide, "Terminology and concepts").
  const { Roots: [only] = [] } = await organizations.send(new ListRootsCommand({}));
  if (only === undefined) throw new Error("enabling policy types: AWS Organizations named no root");
  return only;
}

function statuses({ PolicyTypes = [] }: Root): Map<string | undefined, string | undefined> {
  return new Map(PolicyTypes.map(({ Type, Status }) => [Type, Status]));
}
