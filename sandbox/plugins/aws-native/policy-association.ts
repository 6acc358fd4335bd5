import type { Target } from "@aws-sdk/client-securityhub";
import { securityHubClient } from "../aws/securityhub/client.ts";
import { noPolicy } from "../aws/securityhub/configuration-policy.ts";
import { during, unless } from "../provider/errors.ts";
import type { Place } from "../provider/place.ts";
import { output, string } from "../provider/property.ts";
import { resource } from "../provider/resource.ts";
import { waitFor } from "../provider/waiting.ts";

const title = "AWS::SecurityHub::PolicyAssociation";

function targetOf(id: string): Target {
  if (id.startsWith("r-")) return { RootId: id };
  return id.startsWith("ou-") ? { OrganizationalUnitId: id } : { AccountId: id };
}

async function associate(place: Place, policyId: string, targetId: string, made: (id: string) => void): Promise<void> {
  const hub = await place.client(securityHubClient);
  const Target = targetOf(targetId);
  await hub.startConfigurationPolicyAssociation({ ConfigurationPolicyIdentifier: policyId, Target });
  made(targetId);
  await during(`waiting for ${title} (${targetId})`, () =>
    waitFor({ within: 90_000, signal: place.cancelled }, async () => {
      const found = await hub.getConfigurationPolicyAssociation({ Target });
      if (found.AssociationStatus === "FAILED") throw new Error(found.AssociationStatusMessage ?? "FAILED");
      return found.AssociationStatus === "SUCCESS" ? true : undefined;
    }),
  );
}

/** The real provider goes through Cloud Control; here its calls to Security Hub are made directly. Beside policies it takes self-management. */
export const policyAssociation = resource({
  title,
  properties: {
    configurationPolicyId: string({ required: true }),
    targetId: string({ required: true, replaces: true }),
    targetType: string({ required: true, replaces: true }),
    associationIdentifier: output(string()),
    associationStatus: output(string()),
    associationType: output(string()),
  },
  label: (inputs) => inputs.targetId,
  async create(place, { configurationPolicyId, targetId }, made) {
    await associate(place, configurationPolicyId, targetId, made);
    return targetId;
  },
  async read(place, id) {
    const hub = await place.client(securityHubClient);
    const found = await unless(hub.getConfigurationPolicyAssociation({ Target: targetOf(id) }), ...noPolicy);
    // What a parent hands down is not this resource.
    if (found?.AssociationType !== "APPLIED") return undefined;
    return {
      configurationPolicyId: found.ConfigurationPolicyId,
      targetId: found.TargetId,
      targetType: found.TargetType,
      associationIdentifier: found.TargetId,
      associationStatus: found.AssociationStatus,
      associationType: found.AssociationType,
    };
  },
  update: (place, id, { configurationPolicyId }) => associate(place, configurationPolicyId, id, () => {}),
  async delete(place, id, { configurationPolicyId }) {
    const hub = await place.client(securityHubClient);
    const gone = hub.startConfigurationPolicyDisassociation({
      ConfigurationPolicyIdentifier: configurationPolicyId,
      Target: targetOf(id),
    });
    await unless(gone, ...noPolicy);
  },
});
