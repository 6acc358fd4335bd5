import type { Governing } from "../inputs.ts";
import type { GoverningInventory } from "../inventory.ts";
import type { Problem } from "../problem.ts";
import { STANDARDS, type StandardName } from "../standards.ts";

/** What stands against a baseline in central mode: a baseline only verifies what the organization's configuration policy sets. */
export function governingProblems(governing: GoverningInventory | undefined, accountId: string): Problem[] {
  const problem = (message: string, remedy: string): Problem[] => [
    { service: "securityhub.amazonaws.com", message, remedy },
  ];
  if (governing === undefined) {
    return problem(
      `no configuration policy of Security Hub governs account ${accountId}`,
      `Name ${accountId}, or a unit above it, among the targets of a policy in features.securityHub.central, and deploy the admin stack.`,
    );
  }
  const { policyId, status, message } = governing;
  if (status === "SUCCESS") return [];
  return status === "PENDING"
    ? problem(
        `AWS is still applying the configuration policy ${policyId} to account ${accountId}`,
        "Run the operation again when it has: it may take a day.",
      )
    : problem(
        `the configuration policy ${policyId} could not be applied to account ${accountId}: ${message ?? "AWS gives no reason"}`,
        "See to the reason, then deploy the admin stack: it applies the policy again where the association changes.",
      );
}

/** What of a policy a baseline looks at: standards that Bulwark does not know are the organization's own affair. */
export function governingFrom({ policyId, enabled, standardArns }: GoverningInventory): Governing {
  const known = Object.entries(STANDARDS) as [StandardName, string][];
  const standards = known.filter(([, path]) => standardArns.some((arn) => arn.endsWith(`:standards/${path}`)));
  return { policyId, enabled, standards: standards.map(([name]) => name) };
}
