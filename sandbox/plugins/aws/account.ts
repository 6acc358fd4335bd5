import {
  type Account,
  AccountClient,
  type AlternateContactType,
  DeleteAlternateContactCommand,
  GetAlternateContactCommand,
  PutAlternateContactCommand,
} from "@aws-sdk/client-account";
import { clientMaker } from "../provider/client.ts";
import { unless } from "../provider/errors.ts";
import type { Place } from "../provider/place.ts";
import { type InputsOf, string } from "../provider/property.ts";
import { type ResourceTypes, resource } from "../provider/resource.ts";
import { waitFor } from "../provider/waiting.ts";

const accountClient = clientMaker<Account>()(AccountClient, {
  DeleteAlternateContactCommand,
  GetAlternateContactCommand,
  PutAlternateContactCommand,
});

/** What the real provider gives a change before it fails. */
const FIVE_MINUTES = 300_000;

const properties = {
  accountId: string({ replaces: true }),
  alternateContactType: string({ required: true, replaces: true }),
  emailAddress: string({ required: true }),
  name: string({ naming: { length: 64 } }),
  phoneNumber: string({ required: true }),
  title: string({ required: true }),
};

/** `SECURITY`, or `<account>/SECURITY` for another account; the real provider writes `/SECURITY` for the caller's own and reads all three. */
function partsOf(id: string): { readonly AlternateContactType: AlternateContactType; readonly AccountId?: string } {
  const [type = "", accountId = ""] = id.split("/").reverse();
  return { AlternateContactType: type as AlternateContactType, ...(accountId === "" ? {} : { AccountId: accountId }) };
}

async function find(place: Place, id: string) {
  const account = await place.client(accountClient);
  return (await unless(account.getAlternateContact(partsOf(id)), "ResourceNotFoundException"))?.AlternateContact;
}

async function put(place: Place, id: string, inputs: InputsOf<typeof properties>): Promise<void> {
  const account = await place.client(accountClient);
  const { emailAddress: EmailAddress, name: Name = "", phoneNumber: PhoneNumber, title: Title } = inputs;
  await account.putAlternateContact({ ...partsOf(id), EmailAddress, Name, PhoneNumber, Title });
  await waitFor({ within: FIVE_MINUTES, signal: place.cancelled }, async () => {
    const found = await find(place, id);
    const isPut = found?.EmailAddress === EmailAddress && found.Name === Name && found.Title === Title;
    return isPut && found.PhoneNumber === PhoneNumber ? found : undefined;
  });
}

const alternativeContact = resource({
  title: "Account Alternate Contact",
  properties,
  global: true,
  label: (inputs) => `${inputs.accountId ?? ""}/${inputs.alternateContactType}`,
  async create(place, inputs) {
    const id = `${inputs.accountId ?? ""}/${inputs.alternateContactType}`;
    await put(place, id, inputs);
    return id;
  },
  async read(place, id) {
    const found = await find(place, id);
    if (found === undefined) return undefined;
    return {
      accountId: partsOf(id).AccountId,
      alternateContactType: found.AlternateContactType,
      emailAddress: found.EmailAddress,
      name: found.Name,
      phoneNumber: found.PhoneNumber,
      title: found.Title,
    };
  },
  update: (place, id, inputs) => put(place, id, inputs),
  async delete(place, id) {
    const account = await place.client(accountClient);
    await unless(account.deleteAlternateContact(partsOf(id)), "ResourceNotFoundException");
    await waitFor({ within: FIVE_MINUTES, signal: place.cancelled }, async () =>
      (await find(place, id)) === undefined ? true : undefined,
    );
  },
});

export const account: ResourceTypes = {
  "aws:account/alternativeContact:AlternativeContact": alternativeContact,
};
