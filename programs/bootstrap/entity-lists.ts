import { arn } from "../partition.ts";
import type { OrganizationSettings } from "../settings.ts";
import { inParts, type Statement } from "./policy-document.ts";

/**
 * GuardDuty reads an entity list with the rights of who sets it (GuardDuty User Guide, "Setting up prerequisites for entity lists"): the
 * lists of the settings, and nothing else.
 */
export function entityLists({
  partition,
  features,
}: Pick<OrganizationSettings, "partition" | "features">): Statement[] {
  const { trustedEntitySets, threatEntitySets } = features.guardDuty;
  const objects = [...trustedEntitySets, ...threatEntitySets].map(({ location }) => objectOf(location));
  if (objects.length === 0) return [];
  const Resource = [...new Set(objects)].sort().map((object) => arn(partition, "s3", "", "", object));
  // An address may have three hundred characters.
  return inParts(Resource, 15).map((part, index) => ({
    Sid: `EntityLists${index === 0 ? "" : index + 1}`,
    Effect: "Allow",
    Action: ["s3:GetObject"],
    Resource: part,
  }));
}

/** `<bucket>/<key>` of an S3 URL, whichever of its three forms it has. */
function objectOf(location: string): string {
  const url = new URL(location);
  const key = decodeURIComponent(url.pathname.slice(1));
  if (url.protocol === "s3:") return `${url.hostname}/${key}`;
  const bucket = /^(.+)\.s3[.-]/.exec(url.hostname)?.[1];
  return bucket === undefined ? key : `${bucket}/${key}`;
}
