import type { Adoption } from "../adoption.ts";
import type { AdminInputs } from "../inputs.ts";
import type { AdminInventory } from "../inventory.ts";
import { names } from "../names.ts";
import type { Problem } from "../problem.ts";
import { resourceTypes } from "../resource-types.ts";

/** A stack's inputs of before, as they are stored: those of an older version knew no such accounts. */
export interface FormerInvitations {
  readonly regions?: readonly string[];
  readonly features?: {
    readonly securityHub?: { readonly outsideMembers?: readonly { readonly accountId: string }[] };
  };
}

type Inputs = Pick<AdminInputs, "regions" | "features">;

/** Adopts accounts outside of the organization that somebody has invited before, whatever has become of that: AWS has one record of each. */
export function adoptOutsideMembers(
  { outsideMembers = {} }: AdminInventory,
  { regions, features }: Inputs,
  former: FormerInvitations | undefined,
): Adoption[] {
  return features.securityHub.outsideMembers.flatMap(({ accountId, email }) => {
    const known = former?.features?.securityHub?.outsideMembers?.some((member) => member.accountId === accountId);
    const before = known === true ? (former?.regions ?? []) : [];
    return regions.flatMap((region): Adoption[] => {
      const status = outsideMembers[accountId]?.[region];
      if (status === undefined || before.includes(region)) return [];
      return [
        {
          type: resourceTypes.hubMember,
          name: names.outsideMember(accountId, region),
          region,
          id: accountId,
          before: { accountId, email },
          decision: "adopt",
          reason: `the security account's Security Hub has account ${accountId} as ${status} in ${region} already`,
        },
      ];
    });
  });
}

/** Accounts that the settings have outside of the organization and that are in it: their membership is the organization's. */
export function outsideMemberProblems({ features }: Pick<Inputs, "features">, inside: readonly string[]): Problem[] {
  return features.securityHub.outsideMembers.flatMap(({ accountId }, index): Problem[] =>
    inside.includes(accountId)
      ? [
          {
            service: "securityhub.amazonaws.com",
            message: `features.securityHub.outsideMembers.${index}.accountId: account ${accountId} is in the organization, so it is not invited`,
            remedy: `Take ${accountId} out of features.securityHub.outsideMembers: its baseline makes it a member.`,
          },
        ]
      : [],
  );
}
