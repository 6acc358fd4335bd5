import type { Manifest } from "../manifest.ts";

/**
 * Has the organization's trail made, logging, encrypted and validated again, by the admin stack. Controls: Security Hub User Guide, "Security Hub CSPM
 * controls for CloudTrail". The trail is the management account's, whose id no member's role needs to know (Service Authorization Reference, AWS CloudTrail).
 */
export const organizationTrail = {
  name: "organization-trail",
  title: "The organization's trail",
  what: "The admin stack is deployed again, and the organization's trail logs all regions, encrypted and validated.",
  controls: [
    { id: "CloudTrail.1", cis: "3.1" },
    { id: "CloudTrail.2", cis: "3.5" },
    { id: "CloudTrail.3" },
    { id: "CloudTrail.4", cis: "3.2" },
  ],
  findingTypes: [],
  resourceTypes: ["AwsAccount", "AwsCloudTrailTrail"],
  scope: "regional",
  role: [
    { sid: "List", actions: ["cloudtrail:DescribeTrails"], resources: ["*"] },
    {
      sid: "Look",
      actions: ["cloudtrail:GetTrailStatus"],
      resources: ["arn:{partition}:cloudtrail:*:*:trail/bulwark-organization"],
    },
  ],
  customAction: {
    id: "OrganizationTrail",
    name: "Repair the trail",
    description: "Deploys the admin stack again where the organization's trail does not log as it shall",
  },
  mode: "observe",
  irreversible: true,
  repairs: "admin",
} as const satisfies Manifest;
