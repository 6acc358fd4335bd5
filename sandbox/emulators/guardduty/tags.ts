import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  TagResourceRequest,
  UntagResourceRequest,
} from "@aws-sdk/client-guardduty";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { rejected } from "./rejections.ts";
import type { Detector, GuardDuty } from "./state.ts";

/** Tags of a detector, by its ARN. */
export function tagOperations(guardDuty: GuardDuty): Record<string, Operation> {
  function detectorOf(call: Call<{ ResourceArn: string | undefined }>): Detector {
    const { accountId, region } = call;
    const { detector } = guardDuty.places.of(accountId, region);
    const arn = `arn:${guardDuty.aws.organization.partition}:guardduty:${region}:${accountId}:detector/${detector?.id}`;
    if (detector === undefined || call.input.ResourceArn !== arn) {
      throw rejected("The request is rejected because the resource ARN in the request is not valid.");
    }
    return detector;
  }

  return {
    TagResource: (call: Call<TagResourceRequest>): object => {
      const { tags } = detectorOf(call);
      for (const [key, value] of Object.entries(call.input.Tags ?? {})) tags.set(key, value);
      return {};
    },

    UntagResource: (call: Call<UntagResourceRequest>): object => {
      const { tags } = detectorOf(call);
      for (const key of call.input.TagKeys ?? []) tags.delete(key);
      return {};
    },

    ListTagsForResource: (call: Call<ListTagsForResourceRequest>): ListTagsForResourceResponse => {
      const { tags } = detectorOf(call);
      return tags.size === 0 ? {} : { Tags: Object.fromEntries(tags) };
    },
  };
}
