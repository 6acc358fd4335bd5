import {
  CreateMembersCommand,
  DeleteMembersCommand,
  InviteMembersCommand,
  SecurityHubClient,
} from "@aws-sdk/client-securityhub";
import { clientSettings, type Reading } from "../inventory/reading.ts";
import { callAws } from "./call-error.ts";

/** Who is invited again, and by whom. */
export interface InvitationRenewal {
  readonly accountId: string;
  readonly email: string;
  readonly regions: readonly string[];
  /** The administrator's account and a session in it. */
  readonly security: Reading;
}

/**
 * Invites an account that left Security Hub, or was disassociated: its record goes, another one is made and invited. Throws `AwsCallError`,
 * also where AWS leaves the account unprocessed.
 */
export async function renewInvitations({ accountId, email, regions, security }: InvitationRenewal): Promise<void> {
  const AccountIds = [accountId];
  await Promise.all(
    regions.map(async (region) => {
      const client = new SecurityHubClient(clientSettings(security, region));
      const activity = `inviting account ${accountId} to Security Hub again`;
      const place = (call: string) => ({
        activity,
        accountId: security.accountId,
        region,
        call: `securityhub:${call}`,
      });
      try {
        await callAws(place("DeleteMembers"), () => client.send(new DeleteMembersCommand({ AccountIds })));
        await callAws(place("CreateMembers"), async () => {
          const AccountDetails = [{ AccountId: accountId, Email: email }];
          processed(await client.send(new CreateMembersCommand({ AccountDetails })));
        });
        await callAws(place("InviteMembers"), async () => {
          processed(await client.send(new InviteMembersCommand({ AccountIds })));
        });
      } finally {
        client.destroy();
      }
    }),
  );
}

function processed({
  UnprocessedAccounts,
}: {
  UnprocessedAccounts?: { ProcessingResult?: string | undefined }[] | undefined;
}) {
  const [first] = UnprocessedAccounts ?? [];
  if (first !== undefined) throw new Error(first.ProcessingResult ?? "AWS left the account unprocessed");
}
