import { partitionOf } from "../partition.ts";
import { extensionAdministration } from "./extension-rights.ts";
import { policyDocument } from "./policy-document.ts";
import { AUTOMATION_RULE, INSPECTOR_MEMBERSHIP, MEMBER_LOOKUP, MEMBERSHIP } from "./service-actions.ts";

/**
 * The session policy of a baseline run in the security account, as JSON: such a run adds and removes one member and what its account's
 * extensions have there, and must not be able to change the administration itself. IAM takes 2,048 characters, so the regions are left to the role, which has them in
 * its own policy: of the two only what both allow can be done.
 */
export function membershipSessionPolicy(regions: readonly string[]): string {
  return JSON.stringify(
    policyDocument(
      {
        Sid: "Memberships",
        Effect: "Allow",
        // IAM knows rules of Security Hub by ids that AWS gives, so that an account's suppressions can't be told from others.
        Action: [...MEMBERSHIP, ...INSPECTOR_MEMBERSHIP, ...AUTOMATION_RULE],
        Resource: ["*"],
      },
      ...extensionAdministration(partitionOf(regions[0] ?? "")),
      { Sid: "Organization", Effect: "Allow", Action: MEMBER_LOOKUP, Resource: ["*"] },
    ),
  );
}
