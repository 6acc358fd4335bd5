import type {
  AddTagsToResourceRequest,
  ListTagsForResourceRequest,
  ListTagsForResourceResult,
  RemoveTagsFromResourceRequest,
} from "@aws-sdk/client-ssm";
import { AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import { baselineIdOf } from "./patching/find.ts";
import { invalid, type Place, pairsOf, type Ssm } from "./state.ts";

type Tagged = { readonly tags: Map<string, string> } | undefined;

/** What carries tags, by the resource type of the call. */
const KINDS: Readonly<Record<string, (place: Place, id: string) => Tagged>> = {
  Association: ({ associations }, id) => associations.get(id),
  Document: ({ documents }, id) => documents.get(id),
  MaintenanceWindow: ({ windows }, id) => windows.get(id),
  Parameter: ({ parameters }, id) => parameters.get(id),
  PatchBaseline: ({ baselines }, id) => baselines.get(baselineIdOf(id)),
};

export function tagOperations(ssm: Ssm): Record<string, Operation> {
  function tagsFor({ accountId, region, input }: Call<ListTagsForResourceRequest>): Map<string, string> {
    const { ResourceType = "", ResourceId = "" } = input;
    const find = KINDS[ResourceType];
    if (find === undefined) throw new AwsError("InvalidResourceType", `The sandbox has no tags of ${ResourceType}.`);
    const found = find(ssm.places.of(accountId, region), ResourceId);
    if (found === undefined) throw new AwsError("InvalidResourceId", `There is no ${ResourceType} ${ResourceId}.`);
    return found.tags;
  }

  return {
    AddTagsToResource: (call: Call<AddTagsToResourceRequest>): object => {
      const tags = tagsFor(call);
      const added = (call.input.Tags ?? []).map((tag): [string, string] => [tag.Key ?? "", tag.Value ?? ""]);
      const reserved = added.find(([key]) => /^aws:/i.test(key));
      if (reserved !== undefined) throw invalid(`The tag key ${reserved[0]} begins with the reserved prefix aws:.`);
      if (new Set([...tags.keys(), ...added.map(([key]) => key)]).size > 50) {
        throw new AwsError("TooManyTagsError", "A resource can have at most 50 tags.");
      }
      for (const [key, value] of added) tags.set(key, value);
      return {};
    },

    RemoveTagsFromResource: (call: Call<RemoveTagsFromResourceRequest>): object => {
      const tags = tagsFor(call);
      for (const key of call.input.TagKeys ?? []) tags.delete(key);
      return {};
    },

    ListTagsForResource: (call: Call<ListTagsForResourceRequest>): ListTagsForResourceResult => ({
      TagList: pairsOf(tagsFor(call)),
    }),
  };
}
