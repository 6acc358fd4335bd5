import type { OrganizationSettings } from "../settings.ts";
import { policyDocument } from "./policy-document.ts";
import { responseUse } from "./response-rights.ts";

/**
 * The session policy by which the API looks at findings and incidents and hands people's requests on, as JSON: it enters the security account as who
 * deploys there, and must be able to do nothing else. IAM takes 2,048 characters.
 */
export function responseSessionPolicy(settings: Pick<OrganizationSettings, "partition" | "homeRegion" | "accounts">) {
  return JSON.stringify(policyDocument(...responseUse(settings)));
}
