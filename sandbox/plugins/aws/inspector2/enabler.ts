import type { ResourceScanType } from "@aws-sdk/client-inspector2";
import { during } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { type InputsOf, set, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { accountStatuses, disableAccounts, enable, scanTypes, waitEnabled } from "./account-statuses.ts";
import { inspector2Client } from "./client.ts";

const properties = {
  accountIds: set(string(), { required: true }),
  resourceTypes: set(string(), { required: true }),
};

type Inputs = InputsOf<typeof properties>;

const title = "Amazon Inspector Enabler";

function idOf({ accountIds, resourceTypes }: Inputs): string {
  return `${[...accountIds].sort().join(":")}-${[...resourceTypes].sort().join(":")}`;
}

const typesOf = ({ resourceTypes }: Inputs) => resourceTypes as readonly ResourceScanType[];

function checkAccounts(place: Place, { accountIds }: Inputs): void {
  if (accountIds.length < 2 || !accountIds.includes(place.accountId)) return;
  throw new Error(
    `"account_ids" can contain either the administrator account or one or more member accounts. Contains [${accountIds.join(" ")}]`,
  );
}

async function disable(place: Place, accountIds: readonly string[], types: readonly ResourceScanType[]) {
  const inspector = await place.client(inspector2Client);
  await inspector.disable({ accountIds: [...accountIds], resourceTypes: [...types] });
}

/** Scans that are on beside those of the program are switched off, as the real provider does. */
async function disableOthers(place: Place, id: string, inputs: Inputs): Promise<void> {
  const others = scanTypes.filter((type) => !typesOf(inputs).includes(type));
  if (others.length === 0) return;
  await during(`updating ${title} (${id})`, () => disable(place, inputs.accountIds, others));
  await during(`waiting for update ${title} (${id})`, () => waitEnabled(place, inputs.accountIds));
}

export const enabler = resource({
  title,
  properties,
  label: idOf,
  async create(place, inputs, made) {
    const id = idOf(inputs);
    checkAccounts(place, inputs);
    await enable(place, inputs.accountIds, typesOf(inputs));
    made(id);
    await during(`waiting for creation ${title} (${id})`, () => waitEnabled(place, inputs.accountIds));
    await disableOthers(place, id, inputs);
    return id;
  },
  async read(place, id, prior) {
    // The id names the accounts of the beginning; an update may have changed them.
    const first = id.split("-")[0]?.split(":") ?? [];
    const statuses = await accountStatuses(place, prior.accountIds?.length ? prior.accountIds : first);
    const [one] = statuses;
    return (
      one && {
        accountIds: statuses.flatMap(({ accountId, status }) => (status === "ENABLED" ? [accountId] : [])),
        resourceTypes: scanTypes.filter((type) => one.scans.get(type) === "ENABLED"),
      }
    );
  },
  async update(place, id, inputs, changed, prior) {
    checkAccounts(place, inputs);
    await during(`updating ${title} (${id})`, () => enable(place, inputs.accountIds, typesOf(inputs)));
    await during(`waiting for update ${title} (${id})`, () => waitEnabled(place, inputs.accountIds));
    if (changed.has("resourceTypes")) await disableOthers(place, id, inputs);
    const removed = (prior.accountIds ?? []).filter((accountId) => !inputs.accountIds.includes(accountId));
    if (removed.length > 0) await during(`deleting ${title} (${id})`, () => disableAccounts(place, removed));
  },
  async delete(place, _id, { accountIds = [] }) {
    const members = accountIds.filter((accountId) => accountId !== place.accountId);
    const disabled = members.length > 0 ? members : accountIds;
    if (disabled.length > 0) await disableAccounts(place, disabled);
  },
});
