import {
  paginateGetEnabledStandards,
  paginateListSecurityControlDefinitions,
  SecurityHubClient,
} from "@aws-sdk/client-securityhub";
import type { Partition } from "../../programs/partition.ts";
import { type StandardName, standardArn } from "../../programs/standards.ts";
import type { StandingControl } from "../../programs/standing-controls.ts";
import { clientSettings, type Reading, reader } from "./reading.ts";
import { readControls } from "./security-hub.ts";

export interface ControlReading {
  readonly partition: Partition;
  readonly regions: readonly string[];
  readonly standards: readonly StandardName[];
}

/**
 * Every control of these standards, as far as the account has them on, and whether it is on; none where Security Hub is off.
 *
 * Calls for each region, one after the other: GetEnabledStandards once, ListSecurityControlDefinitions once for each hundred controls of a
 * standard, BatchGetStandardsControlAssociations once for each hundred of all: about ten for the Foundational Security Best Practices and a
 * CIS benchmark. ListStandardsControlAssociations takes one control at a time, and DescribeStandardsControls, which pages through a whole standard, tells the
 * ids that the standard itself gives (Security Hub API reference). AWS counts its read limits by account and region, and the client waits
 * when it is told to. Throws `AwsCallError`.
 */
export async function readStandingControls(reading: Reading, request: ControlReading): Promise<StandingControl[]> {
  const found = await Promise.all(request.regions.map((region) => inRegion(reading, region, request)));
  return found.flat();
}

async function inRegion(
  reading: Reading,
  region: string,
  { partition, standards }: ControlReading,
): Promise<StandingControl[]> {
  const client = new SecurityHubClient(clientSettings(reading, region));
  const { need, find } = reader(reading, region, "the controls of Security Hub");
  try {
    const enabled = await find("securityhub:GetEnabledStandards", async () => {
      const on = new Set<string | undefined>();
      for await (const page of paginateGetEnabledStandards({ client }, {})) {
        for (const { StandardsArn, StandardsStatus, StandardsControlsUpdatable } of page.StandardsSubscriptions ?? []) {
          // AWS tells nothing of the controls of the others (BatchGetStandardsControlAssociations, API reference).
          if (StandardsStatus === "DELETING" || StandardsControlsUpdatable === "NOT_READY_FOR_UPDATES") continue;
          on.add(StandardsArn);
        }
      }
      return on;
    }, ["InvalidAccessException", "ResourceNotFoundException"]);
    const byArn = new Map(standards.map((standard) => [standardArn(partition, region, standard), standard]));
    const wanted: { controlId: string; standardsArn: string }[] = [];
    for (const standardsArn of byArn.keys()) {
      if (!enabled?.has(standardsArn)) continue;
      await need("securityhub:ListSecurityControlDefinitions", async () => {
        const pages = paginateListSecurityControlDefinitions({ client, pageSize: 100 }, { StandardsArn: standardsArn });
        for await (const { SecurityControlDefinitions = [] } of pages) {
          for (const { SecurityControlId, CurrentRegionAvailability } of SecurityControlDefinitions) {
            if (SecurityControlId === undefined || CurrentRegionAvailability === "UNAVAILABLE") continue;
            wanted.push({ controlId: SecurityControlId, standardsArn });
          }
        }
      });
    }
    if (wanted.length === 0) return [];
    const controls = await need("securityhub:BatchGetStandardsControlAssociations", () => readControls(client, wanted));
    return controls.flatMap(({ standardsArn, status, ...control }): StandingControl[] => {
      const standard = byArn.get(standardsArn);
      if (standard === undefined) return [];
      return [{ ...control, status: status === "DISABLED" ? status : "ENABLED", standard, region }];
    });
  } finally {
    client.destroy();
  }
}
