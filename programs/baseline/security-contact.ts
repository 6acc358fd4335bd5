import { AlternativeContact } from "@pulumi/aws/account/alternativeContact.js";
import { names } from "../names.ts";
import type { AccountStack } from "./stack.ts";
import { accountSettings } from "./wanted-settings.ts";

/** Whom AWS writes to about the account's security, beside its root user. */
export function securityContact({ inputs, member, declare }: AccountStack): void {
  const contact = accountSettings(inputs)?.securityContact;
  if (contact === undefined) return;
  const { name, title, email, phone } = contact;
  declare(
    AlternativeContact,
    {
      name: names.securityContact,
      region: "global",
      wanted: { alternateContactType: "SECURITY", name, title, emailAddress: email, phoneNumber: phone },
    },
    { provider: member },
  );
}
