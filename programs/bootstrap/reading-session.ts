import { policyDocument } from "./policy-document.ts";
import {
  ACCOUNT_SETTINGS,
  CONFIG_RULE,
  CONFORMANCE_PACK,
  DETECTOR,
  EBS_ENCRYPTION,
  HUB,
  INSPECTOR_STATUS,
  RECORDER,
} from "./service-actions.ts";

/**
 * The session policy by which a preview looks at a member account where Bulwark's own role is missing or of another version, as
 * JSON: it goes through OrganizationAccountAccessRole, an administrator, and must not be able to change anything. IAM takes
 * 2,048 characters.
 */
export function readingSessionPolicy(): string {
  const reading = [
    ...HUB,
    ...DETECTOR,
    ...RECORDER,
    ...CONFORMANCE_PACK,
    ...CONFIG_RULE,
    ...INSPECTOR_STATUS,
    ...EBS_ENCRYPTION,
    ...ACCOUNT_SETTINGS,
  ].filter((action) => /:(BatchGet|Describe|Get|List)/.test(action));
  return JSON.stringify(
    policyDocument({
      Sid: "Reading",
      Effect: "Allow",
      Action: [...reading, "account:ListRegions", "iam:GetRole"],
      Resource: ["*"],
    }),
  );
}
