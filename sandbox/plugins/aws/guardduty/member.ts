import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { boolean, type InputsOf, output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { waitFor } from "../../provider/waiting.ts";
import { guardDutyClient, notOwned } from "./client.ts";

const properties = {
  accountId: string({ required: true, replaces: true }),
  detectorId: string({ required: true, replaces: true }),
  email: string({ required: true, replaces: true }),
  // Read back from the relationship: an account of the organization counts as invited, so a program that does not
  // invite has to ignore changes of it.
  invite: boolean(),
  disableEmailNotification: boolean({ replaces: true, unread: true }),
  invitationMessage: string({ replaces: true, unread: true }),
  relationshipStatus: output(string()),
};

const invitedStates = ["Disabled", "Enabled", "Invited", "EmailVerificationInProgress"];

const parts = (id: string) => {
  const [detectorId = "", accountId = ""] = id.split(":");
  return { detectorId, accountId };
};

async function memberOf(place: Place, id: string) {
  const { detectorId, accountId } = parts(id);
  const guardDuty = await place.client(guardDutyClient);
  const found = await unless(guardDuty.getMembers({ DetectorId: detectorId, AccountIds: [accountId] }), notOwned);
  return found?.Members?.[0];
}

async function invite(place: Place, id: string, inputs: InputsOf<typeof properties>): Promise<void> {
  const guardDuty = await place.client(guardDutyClient);
  await during(`inviting GuardDuty Member "${id}"`, async () => {
    const { UnprocessedAccounts = [] } = await guardDuty.inviteMembers({
      DetectorId: inputs.detectorId,
      AccountIds: [inputs.accountId],
      DisableEmailNotification: inputs.disableEmailNotification,
      Message: inputs.invitationMessage,
    });
    const [first] = UnprocessedAccounts;
    if (first) throw new Error(first.Result);
  });
  await during(`waiting for GuardDuty Member "${id}" invite`, () =>
    waitFor({ within: 60_000, signal: place.cancelled }, async () => {
      const status = (await memberOf(place, id))?.RelationshipStatus;
      return status && ["Disabled", "Enabled", "Invited"].includes(status) ? status : undefined;
    }),
  );
}

export const member = resource({
  title: "GuardDuty Member",
  properties,
  label: (inputs) => inputs.accountId,
  async create(place, inputs, made) {
    const guardDuty = await place.client(guardDutyClient);
    const { UnprocessedAccounts = [] } = await guardDuty.createMembers({
      DetectorId: inputs.detectorId,
      AccountDetails: [{ AccountId: inputs.accountId, Email: inputs.email }],
    });
    const [first] = UnprocessedAccounts;
    if (first) throw new Error(`unprocessed account ${first.AccountId}: ${first.Result}`);
    const id = `${inputs.detectorId}:${inputs.accountId}`;
    made(id);
    if (inputs.invite) await invite(place, id, inputs);
    return id;
  },
  async read(place, id, prior) {
    const found = await memberOf(place, id);
    return (
      found && {
        accountId: found.AccountId,
        detectorId: parts(id).detectorId,
        email: found.Email || prior.email,
        invite: invitedStates.includes(found.RelationshipStatus ?? ""),
        relationshipStatus: found.RelationshipStatus,
      }
    );
  },
  async update(place, id, inputs, changed) {
    if (!changed.has("invite")) return;
    if (inputs.invite) return invite(place, id, inputs);
    const { detectorId, accountId } = parts(id);
    const guardDuty = await place.client(guardDutyClient);
    await during(`disassociating GuardDuty Member "${id}"`, () =>
      guardDuty.disassociateMembers({ DetectorId: detectorId, AccountIds: [accountId] }),
    );
  },
  async delete(place, id) {
    const { detectorId, accountId } = parts(id);
    const guardDuty = await place.client(guardDutyClient);
    await unless(guardDuty.deleteMembers({ DetectorId: detectorId, AccountIds: [accountId] }), notOwned);
  },
});
