import { type PolicyDocument, policyDocument, type Statement } from "../bootstrap/policy-document.ts";
import type { AdminInputs } from "../inputs.ts";
import { isOptIn } from "../opt-in-regions.ts";
import { arn } from "../partition.ts";
import { evidenceStatements, keyPolicy } from "./evidence-policies.ts";

type Place = Pick<AdminInputs, "partition" | "accounts" | "roles" | "organizationId" | "regions" | "homeRegion">;

/**
 * The regions whose findings AWS exports to a bucket in the home region. To a bucket in an opt-in region only those of that
 * region go (GuardDuty User Guide, "Exporting generated findings", "Considerations").
 */
export function exportingRegions({ regions, homeRegion }: Pick<Place, "regions" | "homeRegion">): readonly string[] {
  return isOptIn(homeRegion) ? regions.filter((region) => region === homeRegion) : regions;
}

/** GuardDuty of the regions that export; in opt-in regions it has a principal of its own (the same page, step 2). */
function exporters(place: Place): NonNullable<Statement["Principal"]> {
  const own = exportingRegions(place).filter(isOptIn);
  return { Service: ["guardduty.amazonaws.com", ...own.map((region) => `guardduty.${region}.amazonaws.com`)] };
}

/** The security account's detectors, and nobody else's (the same page, steps 2 and 3). */
function fromDetectors(place: Place): NonNullable<Statement["Condition"]> {
  const { partition, accounts } = place;
  const detectors = exportingRegions(place).map((region) =>
    arn(partition, "guardduty", region, accounts.security, "detector/*"),
  );
  return { StringEquals: { "aws:SourceAccount": accounts.security }, ArnLike: { "aws:SourceArn": detectors } };
}

/** The policy of the bucket that GuardDuty exports findings to. */
export function findingsBucketPolicy(place: Place, bucket: string): PolicyDocument {
  const { partition } = place;
  const objects = [arn(partition, "s3", "", "", `${bucket}/*`)];
  return policyDocument(
    ...evidenceStatements(place, bucket),
    {
      Sid: "GuardDutyLooks",
      Effect: "Allow",
      Principal: exporters(place),
      Action: ["s3:GetBucketLocation"],
      Resource: [arn(partition, "s3", "", "", bucket)],
      Condition: fromDetectors(place),
    },
    {
      Sid: "GuardDutyExports",
      Effect: "Allow",
      Principal: exporters(place),
      Action: ["s3:PutObject"],
      Resource: objects,
      Condition: fromDetectors(place),
    },
    {
      Sid: "NothingUnencrypted",
      Effect: "Deny",
      Principal: exporters(place),
      Action: ["s3:PutObject"],
      Resource: objects,
      Condition: { StringNotEquals: { "s3:x-amz-server-side-encryption": "aws:kms" } },
    },
  );
}

/** The policy of the key that GuardDuty encrypts them with. */
export function findingsKeyPolicy(place: Place): PolicyDocument {
  return keyPolicy(place, {
    Sid: "GuardDutyExports",
    Effect: "Allow",
    Principal: exporters(place),
    Action: ["kms:GenerateDataKey"],
    Resource: ["*"],
    Condition: fromDetectors(place),
  });
}
