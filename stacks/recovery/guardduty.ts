import {
  DescribePublishingDestinationCommand,
  GetThreatEntitySetCommand,
  GetTrustedEntitySetCommand,
  GuardDutyClient,
  ListPublishingDestinationsCommand,
  ListThreatEntitySetsCommand,
  ListTrustedEntitySetsCommand,
} from "@aws-sdk/client-guardduty";
import type { Sought } from "../../programs/recovery/sought.ts";
import { resourceTypes } from "../../programs/resource-types.ts";
import { readDetector } from "../inventory/guardduty.ts";
import { clientSettings, type Reading, reader } from "../inventory/reading.ts";
import { isTagged } from "./tags.ts";

/** The detector of the region, where it is the one sought: AWS allows one, and somebody else may have made it. */
export async function findDetector(reading: Reading, region: string, sought: Sought): Promise<string | undefined> {
  const detector = await readDetector(reading, region);
  return detector !== undefined && isTagged(sought, detector.tags) ? detector.id : undefined;
}

/** The destination of a detector's findings: it has one, and this one, where it has the tags. The id is `<detector>:<destination>`. */
export async function findFindingsExport(
  reading: Reading,
  region: string,
  sought: Sought,
): Promise<string | undefined> {
  const { detectorId } = sought.inputs;
  if (typeof detectorId !== "string") return undefined;
  const client = new GuardDutyClient(clientSettings(reading, region));
  const { need } = reader(reading, region, "the export of GuardDuty's findings");
  try {
    const { Destinations = [] } = await need("guardduty:ListPublishingDestinations", () =>
      client.send(new ListPublishingDestinationsCommand({ DetectorId: detectorId })),
    );
    for (const { DestinationId } of Destinations) {
      const { Tags } = await need("guardduty:DescribePublishingDestination", () =>
        client.send(new DescribePublishingDestinationCommand({ DetectorId: detectorId, DestinationId })),
      );
      if (isTagged(sought, Tags)) return `${detectorId}:${DestinationId}`;
    }
    return undefined;
  } finally {
    client.destroy();
  }
}

/** The entity set with the wanted tags, by Cloud Control's identifier: `<set>|<detector>`. */
export async function findEntitySet(reading: Reading, region: string, sought: Sought): Promise<string | undefined> {
  const { detectorId, tags } = sought.inputs;
  if (typeof detectorId !== "string") return undefined;
  const client = new GuardDutyClient(clientSettings(reading, region));
  const { need } = reader(reading, region, "the entity sets of GuardDuty");
  // Cloud Control takes tags as a list.
  const pairs = Array.isArray(tags) ? (tags as { readonly key: string; readonly value: string }[]) : [];
  const wanted = {
    ...sought,
    inputs: { tags: Object.fromEntries(pairs.map(({ key, value }) => [key, value])) },
  };
  try {
    const sets = sought.type === resourceTypes.threatEntitySet ? threatSets(client) : trustedSets(client);
    const ids = await need(`guardduty:List${sets.kind}s`, () => sets.list(detectorId));
    for (const id of ids) {
      const found = await need(`guardduty:Get${sets.kind}`, () => sets.tags(detectorId, id));
      if (isTagged(wanted, found)) return `${id}|${detectorId}`;
    }
    return undefined;
  } finally {
    client.destroy();
  }
}

type Tags = Readonly<Record<string, string>> | undefined;

/** Both kinds of set have the same calls under other names. */
interface EntitySets {
  readonly kind: string;
  list(DetectorId: string): Promise<readonly string[]>;
  tags(DetectorId: string, id: string): Promise<Tags>;
}

const trustedSets = (client: GuardDutyClient): EntitySets => ({
  kind: "TrustedEntitySet",
  list: async (DetectorId) =>
    (await client.send(new ListTrustedEntitySetsCommand({ DetectorId }))).TrustedEntitySetIds ?? [],
  tags: async (DetectorId, TrustedEntitySetId) =>
    (await client.send(new GetTrustedEntitySetCommand({ DetectorId, TrustedEntitySetId }))).Tags,
});

const threatSets = (client: GuardDutyClient): EntitySets => ({
  kind: "ThreatEntitySet",
  list: async (DetectorId) =>
    (await client.send(new ListThreatEntitySetsCommand({ DetectorId }))).ThreatEntitySetIds ?? [],
  tags: async (DetectorId, ThreatEntitySetId) =>
    (await client.send(new GetThreatEntitySetCommand({ DetectorId, ThreatEntitySetId }))).Tags,
});
