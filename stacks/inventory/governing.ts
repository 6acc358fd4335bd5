import {
  GetConfigurationPolicyAssociationCommand,
  GetConfigurationPolicyCommand,
  SecurityHubClient,
} from "@aws-sdk/client-securityhub";
import type { GoverningInventory } from "../../programs/inventory.ts";
import { clientSettings, defined, type Reading, reader } from "./reading.ts";

/**
 * The configuration policy that governs an account, its own or inherited, asked in the security account's home region. Undefined where none
 * does or where the account looks after itself. Throws `AwsCallError`.
 */
export async function readGoverning(
  security: Reading,
  homeRegion: string,
  accountId: string,
): Promise<GoverningInventory | undefined> {
  const client = new SecurityHubClient(clientSettings(security, homeRegion));
  const { need, find } = reader(security, homeRegion, `the configuration policy of account ${accountId}`);
  try {
    const association = await find(
      "securityhub:GetConfigurationPolicyAssociation",
      () => client.send(new GetConfigurationPolicyAssociationCommand({ Target: { AccountId: accountId } })),
      ["ResourceNotFoundException"],
    );
    const { ConfigurationPolicyId: policyId, AssociationStatus: status = "PENDING" } = association ?? {};
    if (policyId === undefined || policyId === "SELF_MANAGED_SECURITY_HUB") return undefined;
    const { ConfigurationPolicy } = await need("securityhub:GetConfigurationPolicy", () =>
      client.send(new GetConfigurationPolicyCommand({ Identifier: policyId })),
    );
    const policy = ConfigurationPolicy?.SecurityHub;
    return defined<GoverningInventory>({
      policyId,
      status,
      message: association?.AssociationStatusMessage,
      enabled: policy?.ServiceEnabled ?? false,
      standardArns: policy?.EnabledStandardIdentifiers ?? [],
    });
  } finally {
    client.destroy();
  }
}
