import type { OrganizationSettings } from "../settings.ts";
import { policyDocument } from "./policy-document.ts";
import { queueKeyUse, repairQueueUse, responseUse } from "./response-rights.ts";

/**
 * The session policy by which the API looks at findings and incidents and hands people's requests on, as JSON: it enters the security account as who
 * deploys there, and must be able to do nothing else. IAM takes 2,048 characters.
 */
export function responseSessionPolicy(settings: Pick<OrganizationSettings, "partition" | "homeRegion" | "accounts">) {
  return JSON.stringify(policyDocument(...responseUse(settings)));
}

/** The session policy by which the service takes requests for repairs, as JSON: it can do nothing else in the security account. */
export function repairSessionPolicy(settings: Pick<OrganizationSettings, "partition" | "homeRegion" | "accounts">) {
  const key = { ...queueKeyUse(settings), Action: ["kms:Decrypt"] };
  return JSON.stringify(policyDocument(repairQueueUse(settings), key));
}
