import { during, unless } from "../../provider/errors.ts";
import { boolean, output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { absent, refuseUnprocessed, securityHubClient } from "./client.ts";

export const member = resource({
  title: "Security Hub Member",
  properties: {
    accountId: string({ required: true, replaces: true }),
    email: string({ replaces: true }),
    // Kept as configured (hashicorp/terraform-provider-aws#47106): of a member of the organization, AWS's status does not tell.
    invite: boolean({ replaces: true, unread: true }),
    masterId: output(string()),
    memberStatus: output(string()),
  },
  label: (inputs) => inputs.accountId,
  async create(place, inputs, made) {
    const hub = await place.client(securityHubClient);
    const id = inputs.accountId;
    const created = await hub.createMembers({ AccountDetails: [{ AccountId: id, Email: inputs.email }] });
    refuseUnprocessed(created.UnprocessedAccounts);
    made(id);
    if (inputs.invite) {
      await during(`inviting Security Hub Member (${id})`, async () => {
        refuseUnprocessed((await hub.inviteMembers({ AccountIds: [id] })).UnprocessedAccounts);
      });
    }
    return id;
  },
  async read(place, id, prior) {
    const hub = await place.client(securityHubClient);
    const found = (await unless(hub.getMembers({ AccountIds: [id] }), ...absent))?.Members?.[0];
    return (
      found && {
        accountId: found.AccountId,
        // Members of the organization come without their address.
        email: found.Email ?? prior.email,
        masterId: found.MasterId,
        memberStatus: found.MemberStatus,
      }
    );
  },
  async delete(place, id) {
    const hub = await place.client(securityHubClient);
    await during(`disassociating Security Hub Member (${id})`, () =>
      unless(hub.disassociateMembers({ AccountIds: [id] }), ...absent),
    );
    const deleted = await unless(hub.deleteMembers({ AccountIds: [id] }), ...absent);
    refuseUnprocessed(deleted?.UnprocessedAccounts);
  },
});
