import { unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { boolean, type InputsOf, output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asPairs, fromPairs, tagChanges, tagFields } from "../../provider/tags.ts";
import { cloudTrailClient } from "./client.ts";
import { selectorFields, selectorsFor, selectorsFrom } from "./event-selectors.ts";

const properties = {
  ...selectorFields,
  enableLogFileValidation: boolean({ default: false }),
  enableLogging: boolean({ default: true }),
  includeGlobalServiceEvents: boolean({ default: true }),
  isMultiRegionTrail: boolean({ default: false }),
  isOrganizationTrail: boolean({ default: false }),
  kmsKeyId: string(),
  name: string({ replaces: true, naming: { length: 128 } }),
  s3BucketName: string({ required: true }),
  s3KeyPrefix: string(),
  ...tagFields,
  arn: output(string()),
  homeRegion: output(string()),
};

type Inputs = InputsOf<typeof properties>;

const hasSelectors = ({ advancedEventSelectors = [], eventSelectors = [] }: Inputs) =>
  advancedEventSelectors.length + eventSelectors.length > 0;

function request(inputs: Inputs) {
  return {
    S3BucketName: inputs.s3BucketName,
    S3KeyPrefix: inputs.s3KeyPrefix,
    IncludeGlobalServiceEvents: inputs.includeGlobalServiceEvents,
    IsMultiRegionTrail: inputs.isMultiRegionTrail,
    IsOrganizationTrail: inputs.isOrganizationTrail,
    EnableLogFileValidation: inputs.enableLogFileValidation,
    KmsKeyId: inputs.kmsKeyId,
  };
}

async function log(place: Place, Name: string, on: boolean): Promise<void> {
  const cloudTrail = await place.client(cloudTrailClient);
  await (on ? cloudTrail.startLogging({ Name }) : cloudTrail.stopLogging({ Name }));
}

/** A trail; its id is its ARN. Insight selectors, log groups and topics are not served. */
export const trail = resource({
  title: "CloudTrail Trail",
  properties,
  label: (inputs) => inputs.name,
  async create(place, inputs, made) {
    const cloudTrail = await place.client(cloudTrailClient);
    const { TrailARN = "" } = await cloudTrail.createTrail({
      Name: inputs.name,
      TagsList: asPairs(inputs.tagsAll),
      ...request(inputs),
    });
    made(TrailARN);
    // AWS starts no trail by itself.
    if (inputs.enableLogging) await log(place, TrailARN, true);
    if (hasSelectors(inputs)) await cloudTrail.putEventSelectors({ TrailName: TrailARN, ...selectorsFor(inputs) });
    return TrailARN;
  },
  async read(place, id) {
    const cloudTrail = await place.client(cloudTrailClient);
    const { trailList: [found] = [] } = await cloudTrail.describeTrails({ trailNameList: [id] });
    if (found === undefined) return undefined;
    const status = await unless(cloudTrail.getTrailStatus({ Name: id }), "TrailNotFoundException");
    if (status === undefined) return undefined;
    const { ResourceTagList } = await cloudTrail.listTags({ ResourceIdList: [id] });
    return {
      ...selectorsFrom(await cloudTrail.getEventSelectors({ TrailName: id })),
      enableLogFileValidation: found.LogFileValidationEnabled,
      enableLogging: status.IsLogging,
      includeGlobalServiceEvents: found.IncludeGlobalServiceEvents,
      isMultiRegionTrail: found.IsMultiRegionTrail,
      isOrganizationTrail: found.IsOrganizationTrail,
      kmsKeyId: found.KmsKeyId,
      name: found.Name,
      s3BucketName: found.S3BucketName,
      s3KeyPrefix: found.S3KeyPrefix,
      tagsAll: fromPairs(ResourceTagList?.[0]?.TagsList),
      arn: found.TrailARN,
      homeRegion: found.HomeRegion,
    };
  },
  async update(place, id, inputs, changed, prior) {
    const cloudTrail = await place.client(cloudTrailClient);
    const ofSelectors = ["advancedEventSelectors", "eventSelectors"];
    const elsewhere = new Set([...ofSelectors, "enableLogging", "tags", "tagsAll"]);
    if ([...changed].some((property) => !elsewhere.has(property))) {
      await cloudTrail.updateTrail({ Name: id, ...request(inputs) });
    }
    if (changed.has("enableLogging")) await log(place, id, inputs.enableLogging);
    if (ofSelectors.some((property) => changed.has(property))) {
      await cloudTrail.putEventSelectors({ TrailName: id, ...selectorsFor(inputs) });
    }
    const tags = tagChanges(prior.tagsAll, inputs.tagsAll);
    if (tags.remove.length > 0) {
      await cloudTrail.removeTags({ ResourceId: id, TagsList: tags.remove.map((Key) => ({ Key })) });
    }
    if (Object.keys(tags.set).length > 0) await cloudTrail.addTags({ ResourceId: id, TagsList: asPairs(tags.set) });
  },
  async delete(place, id) {
    const cloudTrail = await place.client(cloudTrailClient);
    await unless(cloudTrail.deleteTrail({ Name: id }), "TrailNotFoundException");
  },
});
