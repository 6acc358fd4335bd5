import { partitionOf } from "../partition.ts";
import { extensionAdministration } from "./extension-rights.ts";
import { policyDocument } from "./policy-document.ts";
import { INSPECTOR_MEMBERSHIP, MEMBER_LOOKUP, MEMBERSHIP } from "./service-actions.ts";

/**
 * The session policy of a baseline run in the security account, as JSON: such a run adds and removes one member and what its account's
 * extensions have there, and must not be able to change the administration itself. IAM takes 2,048 characters.
 */
export function membershipSessionPolicy(regions: readonly string[]): string {
  return JSON.stringify(
    policyDocument(
      {
        Sid: "Memberships",
        Effect: "Allow",
        Action: [...MEMBERSHIP, ...INSPECTOR_MEMBERSHIP],
        Resource: ["*"],
        Condition: { StringEquals: { "aws:RequestedRegion": regions } },
      },
      ...extensionAdministration(partitionOf(regions[0] ?? "")),
      { Sid: "Organization", Effect: "Allow", Action: MEMBER_LOOKUP, Resource: ["*"] },
    ),
  );
}
