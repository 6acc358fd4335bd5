import type {
  AlternateContact,
  ContactInformation,
  DeleteAlternateContactRequest,
  GetAlternateContactRequest,
  GetAlternateContactResponse,
  GetContactInformationRequest,
  GetContactInformationResponse,
  PutAlternateContactRequest,
  PutContactInformationRequest,
} from "@aws-sdk/client-account";
import { type Account, type Aws, AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import { targetOf } from "./target.ts";

/** The primary contact of an account and its alternate contacts for billing, operations and security. */
export function contactOperations(aws: Aws): Record<string, Operation> {
  const primary = new Map<string, ContactInformation>();
  /** By `<account>/<type>`. */
  const alternate = new Map<string, AlternateContact>();
  const target = (call: Call<{ readonly AccountId?: string | undefined }>) => targetOf(aws.organization, call);

  return {
    GetContactInformation(call: Call<GetContactInformationRequest>): GetContactInformationResponse {
      const account = target(call);
      return { ContactInformation: primary.get(account.id) ?? contactAtCreation(account) };
    },

    PutContactInformation(call: Call<PutContactInformationRequest>) {
      const { ContactInformation: contact } = call.input;
      if (contact !== undefined) primary.set(target(call).id, contact);
      return {};
    },

    GetAlternateContact(call: Call<GetAlternateContactRequest>): GetAlternateContactResponse {
      const contact = alternate.get(`${target(call).id}/${call.input.AlternateContactType}`);
      if (contact === undefined) throw noContact();
      return { AlternateContact: contact };
    },

    PutAlternateContact(call: Call<PutAlternateContactRequest>) {
      const { AccountId: _, ...contact } = call.input;
      alternate.set(`${target(call).id}/${contact.AlternateContactType}`, contact);
      return {};
    },

    DeleteAlternateContact(call: Call<DeleteAlternateContactRequest>) {
      if (!alternate.delete(`${target(call).id}/${call.input.AlternateContactType}`)) throw noContact();
      return {};
    },
  };
}

function noContact(): AwsError {
  return new AwsError("ResourceNotFoundException", "No contact of the inputted alternate contact type found.", 404);
}

/** The sample organization's address: Organizations copies company and address to the accounts that it creates. */
function contactAtCreation(account: Account): ContactInformation {
  return {
    FullName: account.name,
    CompanyName: "Example Clearing",
    AddressLine1: "1 Exchange Square",
    City: "New York",
    StateOrRegion: "NY",
    PostalCode: "10005",
    CountryCode: "US",
    PhoneNumber: "+1 555 0100",
  };
}
