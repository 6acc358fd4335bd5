import type { Call, EmulatorFactory, OrganizationView } from "../../gateway/emulator.ts";
import { contactOperations } from "./contact-operations.ts";
import { regionOperations } from "./region-operations.ts";

/** AWS Account Management: regions and contacts of an account, asked by itself or by the organization that it is in. */
export const account: EmulatorFactory = (aws) => ({
  signingName: "account",
  model: "account",
  operations: { ...regionOperations(aws), ...contactOperations(aws) },
  authorization: (call) => ({ resources: [resourceOf(aws.organization, call)], context: contextOf(call.input) }),
});

/** Source: service authorization reference, resource types `account` and `accountInOrganization` of Account Management. */
function resourceOf(organization: OrganizationView, { accountId, input }: Call<Record<string, unknown>>): string {
  const { partition, organizationId, managementAccountId } = organization;
  return typeof input.AccountId === "string"
    ? `arn:${partition}:account::${managementAccountId}:account/${organizationId}/${input.AccountId}`
    : `arn:${partition}:account::${accountId}:account`;
}

/** Source: as above, condition keys. */
function contextOf(input: Record<string, unknown>): Record<string, string> {
  return {
    ...(typeof input.RegionName === "string" ? { "account:TargetRegion": input.RegionName } : {}),
    ...(typeof input.AlternateContactType === "string"
      ? { "account:AlternateContactTypes": input.AlternateContactType }
      : {}),
  };
}
