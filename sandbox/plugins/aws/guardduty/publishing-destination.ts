import { isAwsError, unless } from "../../provider/errors.ts";
import { output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asMap, tagChanges, tagFields } from "../../provider/tags.ts";
import { waitFor } from "../../provider/waiting.ts";
import { guardDutyClient, notOwned } from "./client.ts";

const noSuch =
  "BadRequestException: The request is rejected because the one or more input parameters have invalid values.";

const parts = (id: string) => {
  const [DetectorId = "", DestinationId = ""] = id.split(":");
  return { DetectorId, DestinationId };
};

export const publishingDestination = resource({
  title: "GuardDuty Publishing Destination",
  properties: {
    detectorId: string({ required: true, replaces: true }),
    destinationType: string({ default: "S3" }),
    destinationArn: string({ required: true }),
    kmsKeyArn: string({ required: true }),
    ...tagFields,
    arn: output(string()),
    destinationId: output(string()),
  },
  async create(place, inputs, made) {
    const guardDuty = await place.client(guardDutyClient);
    const { DestinationId } = await guardDuty.createPublishingDestination({
      DetectorId: inputs.detectorId,
      DestinationType: inputs.destinationType as "S3",
      DestinationProperties: { DestinationArn: inputs.destinationArn, KmsKeyArn: inputs.kmsKeyArn },
      Tags: asMap(inputs.tagsAll),
    });
    const id = `${inputs.detectorId}:${DestinationId}`;
    made(id);
    await waitFor({ within: 300_000, signal: place.cancelled }, async () => {
      const { Status } = await guardDuty.describePublishingDestination(parts(id));
      return Status === "PUBLISHING" ? true : undefined;
    });
    return id;
  },
  async read(place, id) {
    const guardDuty = await place.client(guardDutyClient);
    const found = await unless(guardDuty.describePublishingDestination(parts(id)), noSuch, notOwned);
    const { DetectorId, DestinationId } = parts(id);
    return (
      found && {
        detectorId: DetectorId,
        destinationType: found.DestinationType,
        destinationArn: found.DestinationProperties?.DestinationArn,
        kmsKeyArn: found.DestinationProperties?.KmsKeyArn,
        tagsAll: found.Tags ?? {},
        arn: place.arn("guardduty", `detector/${DetectorId}/publishingDestination/${DestinationId}`),
        destinationId: DestinationId,
      }
    );
  },
  async update(place, id, inputs, changed, prior) {
    const guardDuty = await place.client(guardDutyClient);
    if (changed.has("destinationArn") || changed.has("kmsKeyArn")) {
      await guardDuty.updatePublishingDestination({
        ...parts(id),
        DestinationProperties: { DestinationArn: inputs.destinationArn, KmsKeyArn: inputs.kmsKeyArn },
      });
    }
    const { DetectorId, DestinationId } = parts(id);
    const ResourceArn = place.arn("guardduty", `detector/${DetectorId}/publishingDestination/${DestinationId}`);
    const tags = tagChanges(prior.tagsAll, inputs.tagsAll);
    if (tags.remove.length > 0) await guardDuty.untagResource({ ResourceArn, TagKeys: tags.remove });
    if (Object.keys(tags.set).length > 0) await guardDuty.tagResource({ ResourceArn, Tags: tags.set });
  },
  async delete(place, id) {
    const guardDuty = await place.client(guardDutyClient);
    try {
      await guardDuty.deletePublishingDestination(parts(id));
    } catch (error) {
      if (!isAwsError(error, "BadRequestException")) throw error;
    }
  },
});
