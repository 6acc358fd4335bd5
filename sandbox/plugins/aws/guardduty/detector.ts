import type { FindingPublishingFrequency } from "@aws-sdk/client-guardduty";
import { isAwsError, unless } from "../../provider/errors.ts";
import { boolean, output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asMap, tagChanges, tagFields } from "../../provider/tags.ts";
import { waitFor } from "../../provider/waiting.ts";
import { guardDutyClient, notOwned } from "./client.ts";

/** The deprecated `datasources` is left out: Bulwark sets features by resources of their own. */
export const detector = resource({
  title: "GuardDuty Detector",
  properties: {
    enable: boolean({ default: true }),
    findingPublishingFrequency: string({ computed: true }),
    ...tagFields,
    accountId: output(string()),
    arn: output(string()),
  },
  async create(place, inputs) {
    const guardDuty = await place.client(guardDutyClient);
    const { DetectorId } = await guardDuty.createDetector({
      Enable: inputs.enable,
      FindingPublishingFrequency: inputs.findingPublishingFrequency as FindingPublishingFrequency | undefined,
      Tags: asMap(inputs.tagsAll),
    });
    return DetectorId ?? "";
  },
  async read(place, id) {
    const guardDuty = await place.client(guardDutyClient);
    const found = await unless(guardDuty.getDetector({ DetectorId: id }), notOwned);
    return (
      found && {
        enable: found.Status === "ENABLED",
        findingPublishingFrequency: found.FindingPublishingFrequency,
        tagsAll: found.Tags ?? {},
        accountId: place.accountId,
        arn: place.arn("guardduty", `detector/${id}`),
      }
    );
  },
  async update(place, id, inputs, changed, prior) {
    const guardDuty = await place.client(guardDutyClient);
    if (changed.has("enable") || changed.has("findingPublishingFrequency")) {
      await guardDuty.updateDetector({
        DetectorId: id,
        Enable: inputs.enable,
        FindingPublishingFrequency: inputs.findingPublishingFrequency as FindingPublishingFrequency | undefined,
      });
    }
    const ResourceArn = place.arn("guardduty", `detector/${id}`);
    const tags = tagChanges(prior.tagsAll, inputs.tagsAll);
    if (tags.remove.length > 0) await guardDuty.untagResource({ ResourceArn, TagKeys: tags.remove });
    if (Object.keys(tags.set).length > 0) await guardDuty.tagResource({ ResourceArn, Tags: tags.set });
  },
  async delete(place, id) {
    const guardDuty = await place.client(guardDutyClient);
    // Members that were just removed are still counted for a while.
    await waitFor({ within: 60_000, signal: place.cancelled }, async () => {
      try {
        await unless(guardDuty.deleteDetector({ DetectorId: id }), notOwned);
        return true;
      } catch (error) {
        const members = "BadRequestException: cannot delete detector while it has invited or associated members";
        if (isAwsError(error, members)) return undefined;
        throw error;
      }
    });
  },
});
