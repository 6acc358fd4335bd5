import type { Target } from "@aws-sdk/client-securityhub";
import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { waitFor } from "../../provider/waiting.ts";
import { absent, securityHubClient } from "./client.ts";
import { noPolicy } from "./configuration-policy.ts";

const title = "Security Hub Configuration Policy Association";

/** The real provider waits as long, and takes an association that is still pending then for good: AWS may need a day. */
const within = 90_000;

function targetOf(id: string): Target {
  if (id.startsWith("r-")) return { RootId: id };
  return id.startsWith("ou-") ? { OrganizationalUnitId: id } : { AccountId: id };
}

async function associate(place: Place, policyId: string, targetId: string, made: (id: string) => void): Promise<void> {
  const hub = await place.client(securityHubClient);
  await during(`starting ${title} (${targetId})`, () =>
    hub.startConfigurationPolicyAssociation({
      ConfigurationPolicyIdentifier: policyId,
      Target: targetOf(targetId),
    }),
  );
  made(targetId);
  await during(`waiting for ${title} (${targetId}) success`, async () => {
    const end = Date.now() + within;
    await waitFor({ within: within + 10_000, signal: place.cancelled }, async () => {
      const found = await hub.getConfigurationPolicyAssociation({ Target: targetOf(targetId) });
      if (found.AssociationStatus === "FAILED") {
        throw new Error(
          `unexpected state 'FAILED', wanted target 'SUCCESS'. last error: ${found.AssociationStatusMessage}`,
        );
      }
      return found.AssociationStatus === "SUCCESS" || Date.now() > end ? true : undefined;
    });
  });
}

export const configurationPolicyAssociation = resource({
  title,
  properties: {
    policyId: string({ required: true }),
    targetId: string({ required: true, replaces: true }),
  },
  label: (inputs) => inputs.targetId,
  async create(place, { policyId, targetId }, made) {
    await associate(place, policyId, targetId, made);
    return targetId;
  },
  async read(place, id) {
    const hub = await place.client(securityHubClient);
    const found = await unless(hub.getConfigurationPolicyAssociation({ Target: targetOf(id) }), ...noPolicy, ...absent);
    return found && { policyId: found.ConfigurationPolicyId, targetId: found.TargetId };
  },
  update: (place, id, { policyId }) => associate(place, policyId, id, () => {}),
  async delete(place, id, { policyId }) {
    const hub = await place.client(securityHubClient);
    await during(`starting ${title.replace("Association", "Disassociation")} (${id})`, () =>
      unless(
        hub.startConfigurationPolicyDisassociation({
          ConfigurationPolicyIdentifier: policyId,
          Target: targetOf(id),
        }),
        "ResourceNotFoundException",
      ),
    );
  },
});
