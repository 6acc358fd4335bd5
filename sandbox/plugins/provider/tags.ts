import type { Fields, Values } from "./property.ts";
import { map } from "./property.ts";
import { hasUnknown, unknown } from "./unknown.ts";

/** The two properties of a resource that has tags; `tagsAll` are its own with the provider's `defaultTags`. */
export const tagFields = { tags: map(), tagsAll: map() } as const satisfies Fields;

type Tags = Readonly<Record<string, string>>;

/** Fills `tagsAll` as Pulumi's AWS provider does before it checks a resource. */
export function withTagsAll(fields: Fields, inputs: Values, defaultTags: Tags): Values {
  if (fields.tagsAll === undefined) return inputs;
  const tags = (inputs.tags ?? {}) as Tags;
  return { ...inputs, tagsAll: hasUnknown(inputs.tags) ? unknown : { ...defaultTags, ...tags } };
}

/** Splits a resource's tags in AWS into `tags` and `tagsAll`; those that AWS itself sets are left out. */
export function tagsFrom(live: Tags, prior: Values, defaultTags: Tags): { tags: Tags; tagsAll: Tags } {
  const tagsAll = Object.fromEntries(Object.entries(live).filter(([name]) => !name.startsWith("aws:")));
  const own = (prior.tags ?? {}) as Tags;
  const tags = Object.entries(tagsAll).filter(([name, value]) => name in own || defaultTags[name] !== value);
  return { tags: Object.fromEntries(tags), tagsAll };
}

/** What to set and what to remove so that `before` becomes `after`. */
export function tagChanges(before: Tags = {}, after: Tags = {}): { set: Tags; remove: string[] } {
  return {
    set: Object.fromEntries(Object.entries(after).filter(([name, value]) => before[name] !== value)),
    remove: Object.keys(before).filter((name) => !(name in after)),
  };
}

/** Tags for a call that takes them by name; some services refuse an empty set. */
export function asMap(tags: Tags = {}): Record<string, string> | undefined {
  return Object.keys(tags).length > 0 ? { ...tags } : undefined;
}

/** `[{Key, Value}]`, as most services want tags. */
export function asPairs(tags: Tags = {}): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Tags from `[{Key, Value}]`. */
export function fromPairs(pairs: readonly { Key?: string | undefined; Value?: string | undefined }[] = []): Tags {
  return Object.fromEntries(pairs.map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
}
