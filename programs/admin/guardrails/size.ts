import type { FeatureSettings } from "../../feature-settings.ts";
import type { GuardrailInputs } from "./principals.ts";
import { regionPolicy } from "./regions.ts";
import { securityPolicy } from "./security.ts";

/** Characters of a service control policy (AWS Organizations User Guide, "Quotas and service limits"). */
const MOST = 10_240;

type Checked = Omit<GuardrailInputs, "organizationId" | "features"> & { readonly features: FeatureSettings };

/** Refuses names of roles and actions with which a service control policy would be longer than AWS takes. */
export function checkGuardrailSize(value: Checked, issue: (path: (string | number)[], message: string) => void): void {
  const { enabled, security, regions, exemptRoles } = value.features.guardrails;
  if (!enabled) return;
  // Neither policy names the organization.
  const inputs = { ...value, organizationId: "" };
  const most = (policy: object) => Math.max(0, JSON.stringify(policy).length - MOST);
  const check = (tooLong: number, ...path: string[]) => {
    if (tooLong === 0) return;
    issue(
      ["features", "guardrails", ...path],
      `makes a policy ${tooLong} characters longer than the ${MOST} that AWS takes: name fewer, shorter, or several by one pattern`,
    );
  };
  const roles = exemptRoles.length > 0 ? "exemptRoles" : "breakGlassRoles";
  if (security.enabled) check(most(securityPolicy(inputs)), roles);
  if (regions.enabled) check(most(regionPolicy(inputs)), "regions", "globalActions");
}
