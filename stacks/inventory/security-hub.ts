import {
  BatchGetStandardsControlAssociationsCommand,
  DescribeHubCommand,
  GetAdministratorAccountCommand,
  ListMembersCommand,
  paginateGetEnabledStandards,
  paginateListEnabledProductsForImport,
  SecurityHubClient,
} from "@aws-sdk/client-securityhub";
import type { ChosenControl } from "../../programs/control-choices.ts";
import type { HubInventory } from "../../programs/inventory.ts";
import { clientSettings, defined, type Reading, reader } from "./reading.ts";

/** The controls of which a region is asked. */
export type ChosenControls = (region: string) => readonly Pick<ChosenControl, "controlId" | "standardsArn">[];

/**
 * The hub of an account and region with its standards, or undefined where Security Hub CSPM is off: `DescribeHub` then
 * answers InvalidAccessException ("not subscribed"; Security Hub API reference).
 */
export async function readHub(
  reading: Reading,
  region: string,
  chosen: ChosenControls,
): Promise<HubInventory | undefined> {
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
    const on = chosen(region).filter(({ standardsArn }) =>
      standards.some((each) => each.standardsArn === standardsArn),
    );
    const controls =
      on.length === 0
        ? []
        : await need("securityhub:BatchGetStandardsControlAssociations", () => readControls(client, on));
    const products = await need("securityhub:ListEnabledProductsForImport", async () => {
      const found: string[] = [];
      for await (const page of paginateListEnabledProductsForImport({ client }, {})) {
        found.push(...(page.ProductSubscriptions ?? []));
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
      controls,
      products,
      administratorAccountId: administrator?.Administrator?.AccountId,
    });
  } finally {
    client.destroy();
  }
}

/** Whether these controls are on. AWS takes a hundred at once (Security Hub API, BatchGetStandardsControlAssociations). */
export async function readControls(client: SecurityHubClient, chosen: ReturnType<ChosenControls>) {
  const found: NonNullable<HubInventory["controls"]>[number][] = [];
  for (let from = 0; from < chosen.length; from += 100) {
    const ids = chosen.slice(from, from + 100).map(({ controlId, standardsArn }) => ({
      SecurityControlId: controlId,
      StandardsArn: standardsArn,
    }));
    const { StandardsControlAssociationDetails: details = [] } = await client.send(
      new BatchGetStandardsControlAssociationsCommand({ StandardsControlAssociationIds: ids }),
    );
    for (const {
      SecurityControlId: controlId,
      StandardsArn,
      AssociationStatus: status,
      UpdatedReason: reason,
    } of details) {
      if (controlId === undefined || StandardsArn === undefined || status === undefined) continue;
      found.push({ controlId, standardsArn: StandardsArn, status, ...(reason === undefined ? {} : { reason }) });
    }
  }
  return found;
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
