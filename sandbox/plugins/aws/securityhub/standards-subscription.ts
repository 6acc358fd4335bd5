import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { waitFor } from "../../provider/waiting.ts";
import { absent, securityHubClient } from "./client.ts";

/** The real provider waits three minutes for a standard to be enabled or disabled. */
const within = 180_000;

async function subscription(place: Place, arn: string) {
  const hub = await place.client(securityHubClient);
  const found = await unless(hub.getEnabledStandards({ StandardsSubscriptionArns: [arn] }), ...absent);
  const [only] = found?.StandardsSubscriptions ?? [];
  return only?.StandardsStatus === "FAILED" ? undefined : only;
}

export const standardsSubscription = resource({
  title: "Security Hub Standards Subscription",
  properties: {
    standardsArn: string({ required: true, replaces: true }),
    arn: output(string()),
  },
  label: (inputs) => inputs.standardsArn,
  async create(place, inputs, made) {
    const hub = await place.client(securityHubClient);
    const answer = await hub.batchEnableStandards({
      StandardsSubscriptionRequests: [{ StandardsArn: inputs.standardsArn }],
    });
    const id = answer.StandardsSubscriptions?.[0]?.StandardsSubscriptionArn ?? "";
    made(id);
    await during(`waiting for Security Hub Standards Subscription (${id}) create`, () =>
      waitFor({ within, signal: place.cancelled }, async () => {
        const status = (await subscription(place, id))?.StandardsStatus;
        return status === "READY" || status === "INCOMPLETE" ? status : undefined;
      }),
    );
    return id;
  },
  async read(place, id) {
    const found = await subscription(place, id);
    return found && { standardsArn: found.StandardsArn, arn: found.StandardsSubscriptionArn };
  },
  async delete(place, id) {
    const hub = await place.client(securityHubClient);
    await unless(hub.batchDisableStandards({ StandardsSubscriptionArns: [id] }), ...absent);
    await during(`waiting for Security Hub Standards Subscription (${id}) delete`, () =>
      waitFor({ within, signal: place.cancelled }, async () => {
        const status = (await subscription(place, id))?.StandardsStatus;
        return status === undefined || status === "INCOMPLETE" ? true : undefined;
      }),
    );
  },
});
