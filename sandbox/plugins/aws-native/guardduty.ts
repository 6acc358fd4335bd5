import type { GetThreatEntitySetResponse, ThreatEntitySetFormat } from "@aws-sdk/client-guardduty";
import { guardDutyClient, notOwned } from "../aws/guardduty/client.ts";
import { unless } from "../provider/errors.ts";
import { block, boolean, list, output, string } from "../provider/property.ts";
import { type AnyResource, type ResourceTypes, resource } from "../provider/resource.ts";
import { fromPairs, tagChanges } from "../provider/tags.ts";

const properties = {
  detectorId: string({ computed: true, replaces: true }),
  name: string({ computed: true }),
  format: string({ required: true, replaces: true }),
  location: string({ required: true }),
  expectedBucketOwner: string({ computed: true }),
  activate: boolean({ computed: true }),
  tags: list(block({ key: string({ required: true }), value: string({ required: true }) })),
  awsId: output(string()),
  createdAt: output(string()),
  updatedAt: output(string()),
  status: output(string()),
  errorDetails: output(string()),
};

type Client = Awaited<ReturnType<typeof guardDutyClient>>;

interface Asked {
  readonly DetectorId: string;
  readonly Name: string;
  readonly Format: ThreatEntitySetFormat;
  readonly Location: string;
  readonly ExpectedBucketOwner: string | undefined;
  readonly Activate: boolean;
}

/** The calls of one kind of set: trusted and threat entities have the same under other names. */
interface Calls {
  create(guardDuty: Client, asked: Asked & { Tags: Record<string, string> }): Promise<string | undefined>;
  get(guardDuty: Client, DetectorId: string, id: string): Promise<GetThreatEntitySetResponse>;
  update(guardDuty: Client, id: string, asked: Asked): Promise<unknown>;
  delete(guardDuty: Client, DetectorId: string, id: string): Promise<unknown>;
}

const pairsOf = (tags: Readonly<Record<string, string>> = {}) =>
  Object.entries(tags).map(([key, value]) => ({ key, value }));

const asMap = (tags: readonly { readonly key: string; readonly value: string }[] = []) =>
  fromPairs(tags.map(({ key, value }) => ({ Key: key, Value: value })));

/** Cloud Control's identifier is `<set>|<detector>`. */
const parts = (id: string) => {
  const [set = "", detectorId = ""] = id.split("|");
  return { set, detectorId };
};

/** The real provider goes through Cloud Control; here its calls to GuardDuty are made directly. */
function entitySet(word: string, calls: Calls): AnyResource {
  const notThere = `BadRequestException: The request is rejected because the input ${word.toLowerCase()}EntitySetId is not owned by the current account.`;
  return resource({
    title: `AWS::GuardDuty::${word}EntitySet`,
    properties,
    label: (inputs) => inputs.name,
    async create(place, inputs) {
      const guardDuty = await place.client(guardDutyClient);
      const set = await calls.create(guardDuty, { ...asked(inputs), Tags: { ...asMap(inputs.tags) } });
      return `${set}|${inputs.detectorId}`;
    },
    async read(place, id) {
      const { set, detectorId } = parts(id);
      const guardDuty = await place.client(guardDutyClient);
      const found = await unless(calls.get(guardDuty, detectorId, set), notThere, notOwned);
      return (
        found && {
          detectorId,
          name: found.Name,
          format: found.Format,
          location: found.Location,
          expectedBucketOwner: found.ExpectedBucketOwner,
          activate: found.Status === "ACTIVE" || found.Status === "ACTIVATING",
          tags: pairsOf(found.Tags),
          awsId: set,
          createdAt: found.CreatedAt?.toISOString(),
          updatedAt: found.UpdatedAt?.toISOString(),
          status: found.Status,
          errorDetails: found.ErrorDetails,
        }
      );
    },
    async update(place, id, inputs, changed, prior) {
      const { set, detectorId } = parts(id);
      const guardDuty = await place.client(guardDutyClient);
      if ([...changed].some((name) => name !== "tags")) await calls.update(guardDuty, set, asked(inputs));
      const ResourceArn = place.arn("guardduty", `detector/${detectorId}/${word.toLowerCase()}entityset/${set}`);
      const tags = tagChanges(asMap(prior.tags), asMap(inputs.tags));
      if (tags.remove.length > 0) await guardDuty.untagResource({ ResourceArn, TagKeys: tags.remove });
      if (Object.keys(tags.set).length > 0) await guardDuty.tagResource({ ResourceArn, Tags: tags.set });
    },
    async delete(place, id) {
      const { set, detectorId } = parts(id);
      const guardDuty = await place.client(guardDutyClient);
      await unless(calls.delete(guardDuty, detectorId, set), notThere, notOwned);
    },
  });
}

function asked(inputs: {
  readonly detectorId?: string | undefined;
  readonly name?: string | undefined;
  readonly format: string;
  readonly location: string;
  readonly expectedBucketOwner?: string | undefined;
  readonly activate?: boolean | undefined;
}): Asked {
  return {
    DetectorId: inputs.detectorId ?? "",
    Name: inputs.name ?? "",
    Format: inputs.format as ThreatEntitySetFormat,
    Location: inputs.location,
    ExpectedBucketOwner: inputs.expectedBucketOwner,
    Activate: inputs.activate ?? false,
  };
}

const trusted = entitySet("Trusted", {
  create: async (guardDuty, set) => (await guardDuty.createTrustedEntitySet(set)).TrustedEntitySetId,
  get: (guardDuty, DetectorId, id) => guardDuty.getTrustedEntitySet({ DetectorId, TrustedEntitySetId: id }),
  update: (guardDuty, id, { Format: _, ...set }) =>
    guardDuty.updateTrustedEntitySet({ ...set, TrustedEntitySetId: id }),
  delete: (guardDuty, DetectorId, id) => guardDuty.deleteTrustedEntitySet({ DetectorId, TrustedEntitySetId: id }),
});

const threat = entitySet("Threat", {
  create: async (guardDuty, set) => (await guardDuty.createThreatEntitySet(set)).ThreatEntitySetId,
  get: (guardDuty, DetectorId, id) => guardDuty.getThreatEntitySet({ DetectorId, ThreatEntitySetId: id }),
  update: (guardDuty, id, { Format: _, ...set }) => guardDuty.updateThreatEntitySet({ ...set, ThreatEntitySetId: id }),
  delete: (guardDuty, DetectorId, id) => guardDuty.deleteThreatEntitySet({ DetectorId, ThreatEntitySetId: id }),
});

export const guardDuty: ResourceTypes = {
  "aws-native:guardduty:ThreatEntitySet": threat,
  "aws-native:guardduty:TrustedEntitySet": trusted,
};
