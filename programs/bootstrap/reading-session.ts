import { policyDocument } from "./policy-document.ts";
import {
  ACCOUNT_SETTINGS,
  ALERT_ROLE,
  ASSOCIATION,
  ASSOCIATION_LISTING,
  CONFIG_RULE,
  CONFORMANCE_PACK,
  DETECTOR,
  DOCUMENT,
  EBS_ENCRYPTION,
  EVIDENCE_KEY,
  EVIDENCE_KEY_MAKING,
  FLOW_LOG,
  HOST_POLICY_ACTIONS,
  HUB,
  INSPECTOR_STATUS,
  MAINTENANCE_WINDOW,
  PATCH_BASELINE,
  RECORDER,
  REGIONAL_SETTINGS,
  SECURITY_CONTACT,
  SERVICE_ROLE,
  SERVICE_SETTING,
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
    ...EBS_ENCRYPTION,
    ...REGIONAL_SETTINGS,
    ...FLOW_LOG,
    ...ACCOUNT_SETTINGS,
    ...SECURITY_CONTACT,
    ...SERVICE_SETTING,
    ...ASSOCIATION,
    ...ASSOCIATION_LISTING,
    ...DOCUMENT,
    ...PATCH_BASELINE,
    ...MAINTENANCE_WINDOW,
    ...HOST_POLICY_ACTIONS,
    ...SERVICE_ROLE,
    ...ALERT_ROLE,
    ...CONFORMANCE_PACK,
    ...CONFIG_RULE,
    ...INSPECTOR_STATUS,
    ...EVIDENCE_KEY,
    ...EVIDENCE_KEY_MAKING,
  ].filter((action) => /:(BatchGet|Describe|Get|List)/.test(action));
  return JSON.stringify(
    policyDocument({
      Sid: "Reading",
      Effect: "Allow",
      Action: [...new Set([...reading, "account:ListRegions", "securityhub:ListSecurityControlDefinitions"])],
      Resource: ["*"],
    }),
  );
}
