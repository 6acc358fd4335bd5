import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  Tag,
  TagResourceRequest,
  UntagResourceRequest,
} from "@aws-sdk/client-organizations";
import { AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import { requireReader } from "./access.ts";
import { constraint, invalidInput } from "./errors.ts";
import { isParent, memberOf } from "./hierarchy.ts";
import type { Organization } from "./organization.ts";
import { listPage } from "./paging.ts";

/** Tags that a resource can carry. Source: Organizations quotas, "Number of tags you can attach". */
const MAX_TAGS = 50;

/** Tags of accounts, units, the root and policies. */
export function tagOperations(organization: Organization): Record<string, Operation> {
  return {
    TagResource(call: Call<TagResourceRequest>) {
      requireReader(organization, call);
      requireTaggable(organization, call.input.ResourceId);
      putTags(organization, call.input.ResourceId ?? "", call.input.Tags);
      return {};
    },

    UntagResource(call: Call<UntagResourceRequest>) {
      requireReader(organization, call);
      requireTaggable(organization, call.input.ResourceId);
      const tags = organization.tags.get(call.input.ResourceId ?? "");
      for (const key of call.input.TagKeys ?? []) tags?.delete(key);
      return {};
    },

    ListTagsForResource(call: Call<ListTagsForResourceRequest>): ListTagsForResourceResponse {
      requireReader(organization, call);
      requireTaggable(organization, call.input.ResourceId);
      const tags = [...(organization.tags.get(call.input.ResourceId ?? "") ?? [])];
      const { items, ...rest } = listPage(
        tags.map(([Key, Value]) => ({ Key, Value })),
        call.input,
      );
      return { Tags: items, ...rest };
    },
  };
}

/** Adds or changes tags of a resource. Throws `InvalidInputException` or `ConstraintViolationException`, then changes nothing. */
export function putTags(organization: Organization, resourceId: string, tags: readonly Tag[] = []): void {
  checkTags(tags);
  const present = organization.tags.get(resourceId) ?? new Map<string, string>();
  const wanted = new Map([...present, ...tags.map(({ Key = "", Value = "" }) => [Key, Value] as const)]);
  if (wanted.size > MAX_TAGS) {
    throw constraint("MAX_TAG_LIMIT_EXCEEDED", "You have exceeded the number of tags allowed on this resource.");
  }
  organization.tags.set(resourceId, wanted);
}

/** Throws `InvalidInputException` for reserved or repeated keys. */
export function checkTags(tags: readonly Tag[] = []): void {
  if (tags.some(({ Key }) => Key?.toLowerCase().startsWith("aws:"))) {
    throw invalidInput("INVALID_SYSTEM_TAGS_PARAMETER", "You specified a tag key that is reserved for AWS use.");
  }
  if (new Set(tags.map(({ Key }) => Key)).size < tags.length) {
    throw invalidInput("DUPLICATE_TAG_KEY", "You specified the same tag key more than once.");
  }
}

function requireTaggable(organization: Organization, id = ""): void {
  const known =
    isParent(organization, id) || memberOf(organization, id) !== undefined || organization.policies.own.has(id);
  if (!known) {
    throw new AwsError("TargetNotFoundException", "You specified a target that doesn't exist.");
  }
}
