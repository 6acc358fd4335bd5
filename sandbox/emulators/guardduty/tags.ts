import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  TagResourceRequest,
  UntagResourceRequest,
} from "@aws-sdk/client-guardduty";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { rejected } from "./rejections.ts";
import type { GuardDuty } from "./state.ts";

/** Tags of a detector and of what is set on it, by ARN. */
export function tagOperations(guardDuty: GuardDuty): Record<string, Operation> {
  function taggedBy(call: Call<{ ResourceArn: string | undefined }>): { readonly tags: Map<string, string> } {
    const { accountId, region } = call;
    const { detector, filters, destinations, entitySets } = guardDuty.places.of(accountId, region);
    const arn = `arn:${guardDuty.aws.organization.partition}:guardduty:${region}:${accountId}:detector/${detector?.id}`;
    const [kind = "", id = ""] = call.input.ResourceArn?.slice(arn.length + 1).split("/") ?? [];
    const held: Readonly<Record<string, ReadonlyMap<string, { readonly tags: Map<string, string> }>>> = {
      filter: filters,
      publishingDestination: destinations,
      trustedentityset: entitySets.trusted,
      threatentityset: entitySets.threat,
    };
    const found = call.input.ResourceArn === arn ? detector : held[kind]?.get(id);
    if (found === undefined || !call.input.ResourceArn?.startsWith(arn)) {
      throw rejected("The request is rejected because the resource ARN in the request is not valid.");
    }
    return found;
  }

  return {
    TagResource: (call: Call<TagResourceRequest>): object => {
      const { tags } = taggedBy(call);
      for (const [key, value] of Object.entries(call.input.Tags ?? {})) tags.set(key, value);
      return {};
    },

    UntagResource: (call: Call<UntagResourceRequest>): object => {
      const { tags } = taggedBy(call);
      for (const key of call.input.TagKeys ?? []) tags.delete(key);
      return {};
    },

    ListTagsForResource: (call: Call<ListTagsForResourceRequest>): ListTagsForResourceResponse => {
      const { tags } = taggedBy(call);
      return tags.size === 0 ? {} : { Tags: Object.fromEntries(tags) };
    },
  };
}
