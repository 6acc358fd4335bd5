import { trailArn } from "../admin/trail-policies.ts";
import type { OrganizationSettings } from "../settings.ts";
import type { Statement } from "./policy-document.ts";
import { ORGANIZATION_TRAIL, ORGANIZATION_TRAIL_WIDE } from "./service-actions.ts";

/** What the management role needs for the organization's trail, where that is on, this one and no other, and to delegate CloudTrail. */
export function trailRights(settings: OrganizationSettings): readonly Statement[] {
  const { trail, delegation } = settings.features;
  if (!trail.enabled && !delegation.cloudTrail.enabled) return [];
  const own = { Sid: "Trail", Effect: "Allow", Action: ORGANIZATION_TRAIL, Resource: [trailArn(settings)] } as const;
  return [
    ...(trail.enabled ? [own] : []),
    // They name no trail.
    { Sid: "TrailsOfOrganization", Effect: "Allow", Action: ORGANIZATION_TRAIL_WIDE, Resource: ["*"] },
  ];
}
