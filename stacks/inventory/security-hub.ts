import {
  DescribeHubCommand,
  GetAdministratorAccountCommand,
  ListMembersCommand,
  paginateGetEnabledStandards,
  SecurityHubClient,
} from "@aws-sdk/client-securityhub";
import type { HubInventory } from "../../programs/inventory.ts";
import { clientSettings, defined, type Reading, reader } from "./reading.ts";

/**
 * The hub of an account and region with its standards, or undefined where Security Hub CSPM is off: `DescribeHub` then
 * answers InvalidAccessException ("not subscribed"; Security Hub API reference).
 */
export async function readHub(reading: Reading, region: string): Promise<HubInventory | undefined> {
  const client = new SecurityHubClient(clientSettings(reading, region));
  const { need, find } = reader(reading, region, "the Security Hub");
  try {
    const hub = await find("securityhub:DescribeHub", () => client.send(new DescribeHubCommand({})), [
      "InvalidAccessException",
      "ResourceNotFoundException",
    ]);
    if (hub?.HubArn === undefined) return undefined;
    const standards = await need("securityhub:GetEnabledStandards", async () => {
      const found: { standardsArn: string; subscriptionArn: string }[] = [];
      for await (const page of paginateGetEnabledStandards({ client }, {})) {
        for (const { StandardsArn, StandardsSubscriptionArn, StandardsStatus } of page.StandardsSubscriptions ?? []) {
          if (StandardsArn === undefined || StandardsSubscriptionArn === undefined || StandardsStatus === "DELETING")
            continue;
          found.push({ standardsArn: StandardsArn, subscriptionArn: StandardsSubscriptionArn });
        }
      }
      return found;
    });
    const administrator = await find(
      "securityhub:GetAdministratorAccount",
      () => client.send(new GetAdministratorAccountCommand({})),
      ["ResourceNotFoundException"],
    );
    return defined<HubInventory>({
      hubArn: hub.HubArn,
      autoEnableControls: hub.AutoEnableControls ?? true,
      controlFindingGenerator: hub.ControlFindingGenerator ?? "STANDARD_CONTROL",
      standards,
      administratorAccountId: administrator?.Administrator?.AccountId,
    });
  } finally {
    client.destroy();
  }
}

/** Whether the security account has `memberId` as an associated member, and under which e-mail address. */
export async function readHubMembership(
  reading: Reading,
  region: string,
  memberId: string,
): Promise<{ readonly email?: string } | undefined> {
  const client = new SecurityHubClient(clientSettings(reading, region));
  const { find } = reader(reading, region, "the Security Hub members");
  try {
    let NextToken: string | undefined;
    do {
      const page = await find(
        "securityhub:ListMembers",
        () => client.send(new ListMembersCommand({ OnlyAssociated: true, ...(NextToken ? { NextToken } : {}) })),
        ["InvalidAccessException"],
      );
      const member = page?.Members?.find(({ AccountId }) => AccountId === memberId);
      if (member !== undefined) return member.Email === undefined ? {} : { email: member.Email };
      NextToken = page?.NextToken;
    } while (NextToken);
    return undefined;
  } finally {
    client.destroy();
  }
}
