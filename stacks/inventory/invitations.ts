import { GetMembersCommand, SecurityHubClient } from "@aws-sdk/client-securityhub";
import type { Invitations } from "../../programs/baseline/invitations.ts";
import { clientSettings, type Reading, reader } from "./reading.ts";

/** How an administrator's Security Hub sees an account that it invites, in each region. Throws `AwsCallError`. */
export async function readInvitations(
  security: Reading,
  accountId: string,
  regions: readonly string[],
): Promise<Invitations> {
  const found = await Promise.all(
    regions.map(async (region) => {
      const client = new SecurityHubClient(clientSettings(security, region));
      const { find } = reader(security, region, `the invitation of ${accountId}`);
      try {
        const answer = await find(
          "securityhub:GetMembers",
          () => client.send(new GetMembersCommand({ AccountIds: [accountId] })),
          ["InvalidAccessException", "ResourceNotFoundException"],
        );
        const status = answer?.Members?.find(({ AccountId }) => AccountId === accountId)?.MemberStatus;
        return status === undefined ? [] : [[region, status] as const];
      } finally {
        client.destroy();
      }
    }),
  );
  return Object.fromEntries(found.flat());
}
