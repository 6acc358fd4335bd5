import { parametersUnder } from "../control-parameters.ts";
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

/** A stack's inputs of before, as they are stored: those of an older version may lack what is newer. */
export interface FormerInputs {
  readonly regions?: readonly string[];
  readonly standards?: readonly StandardName[];
  readonly controlParameters?: readonly { readonly controlId: string; readonly standards?: StandardName[] | undefined }[];
  readonly features?: { readonly securityHub?: { readonly mode?: string } };
  readonly governing?: Governing | undefined;
}

/**
 * What a policy says of an account, and what of it the stack holds from local mode. Standards that Bulwark does not know are the
 * organization's own affair.
 *
 * @param former the inputs of the last attempt to deploy, whatever became of it
 */
export function governingFrom(
  { policyId, enabled, standardArns }: GoverningInventory,
  former: FormerInputs | undefined,
): Governing {
  const known = Object.entries(STANDARDS) as [StandardName, string][];
  const standards = known
    .filter(([, path]) => standardArns.some((arn) => arn.endsWith(`:standards/${path}`)))
    .map(([name]) => name);
  const { regions, standards: held, controls } = heldBy(former);
  return {
    ...{ policyId, enabled, standards },
    held: { regions: [...regions], standards: held.filter((name) => standards.includes(name)), controls: [...controls] },
  };
}

/** What of Security Hub is in a stack, by its inputs of before. */
export function heldBy(former: FormerInputs | undefined): Governing["held"] {
  const none = { regions: [], standards: [], controls: [] };
  if (former === undefined) return none;
  if (isCentral(former)) return { ...none, ...former.governing?.held };
  return {
    regions: [...(former.regions ?? [])],
    standards: [...(former.standards ?? [])],
    controls: parametersUnder(former.controlParameters ?? [], former.standards ?? []).map(({ controlId }) => controlId),
  };
}

/** Whether a stack was deployed in central mode. */
export function isCentral(former: FormerInputs | undefined): boolean {
  return former?.features?.securityHub?.mode === "central";
}
