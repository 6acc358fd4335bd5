import { AccountClient, GetAlternateContactCommand } from "@aws-sdk/client-account";
import type { SecurityContact } from "../../programs/account-settings.ts";
import { clientSettings, type Reading, reader } from "./reading.ts";

/** The alternate contact of an account for its security, or undefined where there is none. */
export async function readSecurityContact(reading: Reading, region: string): Promise<SecurityContact | undefined> {
  const client = new AccountClient(clientSettings(reading, region));
  const { find } = reader(reading, region, "the security contact");
  try {
    const answer = await find(
      "account:GetAlternateContact",
      () => client.send(new GetAlternateContactCommand({ AlternateContactType: "SECURITY" })),
      ["ResourceNotFoundException"],
    );
    const contact = answer?.AlternateContact;
    if (contact === undefined) return undefined;
    const { Name: name = "", Title: title = "", EmailAddress: email = "", PhoneNumber: phone = "" } = contact;
    return { name, title, email, phone };
  } finally {
    client.destroy();
  }
}
