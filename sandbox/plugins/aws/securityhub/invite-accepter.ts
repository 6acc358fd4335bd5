import { during, unless } from "../../provider/errors.ts";
import { output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { absent, securityHubClient } from "./client.ts";

/** By the calls with the older names, as the provider makes them. */
export const inviteAccepter = resource({
  title: "Security Hub Invite Accepter",
  properties: {
    masterId: string({ required: true, replaces: true }),
    invitationId: output(string()),
  },
  label: (inputs) => inputs.masterId,
  async create(place, inputs, made) {
    const hub = await place.client(securityHubClient);
    const invitationId = await during(`reading Security Hub Invitation (${inputs.masterId})`, async () => {
      let NextToken: string | undefined;
      do {
        const page = await hub.listInvitations({ ...(NextToken === undefined ? {} : { NextToken }) });
        const found = page.Invitations?.find(({ AccountId }) => AccountId === inputs.masterId);
        if (found?.InvitationId !== undefined) return found.InvitationId;
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      throw new Error("empty result");
    });
    await during(`accepting Security Hub Invitation (${invitationId})`, () =>
      hub.acceptInvitation({ InvitationId: invitationId, MasterId: inputs.masterId }),
    );
    made(place.accountId);
    return place.accountId;
  },
  async read(place) {
    const hub = await place.client(securityHubClient);
    const found = (await unless(hub.getMasterAccount({}), ...absent))?.Master;
    return found && { masterId: found.AccountId, invitationId: found.InvitationId };
  },
  async delete(place) {
    const hub = await place.client(securityHubClient);
    await unless(hub.disassociateFromMasterAccount({}), ...absent);
  },
});
