import type { LifecycleRule, LifecycleRuleFilter, TransitionStorageClass } from "@aws-sdk/client-s3";
import { unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { block, boolean, type InputsOf, list, map, number, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asPairs, fromPairs } from "../../provider/tags.ts";
import { s3Client } from "./client.ts";

const filterProperties = {
  prefix: string({ computed: true }),
  objectSizeGreaterThan: number({ computed: true }),
  objectSizeLessThan: number({ computed: true }),
  tag: block({ key: string({ required: true }), value: string({ required: true }) }),
  and: block({
    prefix: string(),
    objectSizeGreaterThan: number(),
    objectSizeLessThan: number(),
    tags: map(),
  }),
};

const ruleProperties = {
  id: string({ required: true }),
  status: string({ required: true }),
  prefix: string({ computed: true }),
  filter: block(filterProperties, { computed: true }),
  abortIncompleteMultipartUpload: block({ daysAfterInitiation: number() }),
  expiration: block({
    date: string(),
    days: number({ computed: true }),
    expiredObjectDeleteMarker: boolean({ computed: true }),
  }),
  noncurrentVersionExpiration: block({ noncurrentDays: number({ required: true }), newerNoncurrentVersions: number() }),
  noncurrentVersionTransitions: list(
    block({
      noncurrentDays: number({ required: true }),
      newerNoncurrentVersions: number(),
      storageClass: string({ required: true }),
    }),
  ),
  transitions: list(
    block({ date: string(), days: number({ computed: true }), storageClass: string({ required: true }) }),
  ),
};

const properties = {
  bucket: string({ required: true, replaces: true }),
  rules: list(block(ruleProperties)),
  transitionDefaultMinimumObjectSize: string({ computed: true }),
};

type Rule = InputsOf<typeof ruleProperties>;

export const bucketLifecycleConfiguration = resource({
  title: "S3 Bucket",
  part: "Lifecycle Configuration",
  properties,
  label: (inputs) => inputs.bucket,
  async create(place, inputs) {
    await put(place, inputs);
    return inputs.bucket;
  },
  async read(place, id) {
    const s3 = await place.client(s3Client);
    const found = await unless(
      s3.getBucketLifecycleConfiguration({ Bucket: id }),
      "NoSuchLifecycleConfiguration",
      "NoSuchBucket",
    );
    if (!found?.Rules) return undefined;
    return {
      bucket: id,
      rules: found.Rules.map(fromAws),
      transitionDefaultMinimumObjectSize: found.TransitionDefaultMinimumObjectSize ?? "all_storage_classes_128K",
    };
  },
  update: (place, _id, inputs) => put(place, inputs),
  async delete(place, id) {
    const s3 = await place.client(s3Client);
    await unless(s3.deleteBucketLifecycle({ Bucket: id }), "NoSuchLifecycleConfiguration", "NoSuchBucket");
  },
});

async function put(place: Place, inputs: InputsOf<typeof properties>): Promise<void> {
  const s3 = await place.client(s3Client);
  await s3.putBucketLifecycleConfiguration({
    Bucket: inputs.bucket,
    LifecycleConfiguration: { Rules: (inputs.rules ?? []).map(toAws) },
  });
}

function toAws(rule: Rule): LifecycleRule {
  const { expiration, noncurrentVersionExpiration: noncurrent } = rule;
  return {
    ID: rule.id,
    Status: rule.status as "Enabled" | "Disabled",
    ...(rule.prefix !== undefined && !rule.filter ? { Prefix: rule.prefix } : { Filter: filterToAws(rule.filter) }),
    AbortIncompleteMultipartUpload: rule.abortIncompleteMultipartUpload && {
      DaysAfterInitiation: rule.abortIncompleteMultipartUpload.daysAfterInitiation,
    },
    Expiration: expiration && {
      Date: expiration.date ? new Date(expiration.date) : undefined,
      Days: expiration.days || undefined,
      ExpiredObjectDeleteMarker: expiration.expiredObjectDeleteMarker || undefined,
    },
    NoncurrentVersionExpiration: noncurrent && {
      NoncurrentDays: noncurrent.noncurrentDays,
      NewerNoncurrentVersions: noncurrent.newerNoncurrentVersions,
    },
    NoncurrentVersionTransitions: rule.noncurrentVersionTransitions?.map((transition) => ({
      NoncurrentDays: transition.noncurrentDays,
      NewerNoncurrentVersions: transition.newerNoncurrentVersions,
      StorageClass: transition.storageClass as TransitionStorageClass,
    })),
    Transitions: rule.transitions?.map((transition) => ({
      Date: transition.date ? new Date(transition.date) : undefined,
      Days: transition.days,
      StorageClass: transition.storageClass as TransitionStorageClass,
    })),
  };
}

function filterToAws(filter: Rule["filter"]): LifecycleRuleFilter {
  if (filter?.and) {
    const { prefix, objectSizeGreaterThan, objectSizeLessThan, tags } = filter.and;
    const Tags = tags && asPairs(tags);
    return {
      And: {
        Prefix: prefix,
        ObjectSizeGreaterThan: objectSizeGreaterThan,
        ObjectSizeLessThan: objectSizeLessThan,
        Tags,
      },
    };
  }
  if (filter?.tag) return { Tag: { Key: filter.tag.key, Value: filter.tag.value } };
  if (filter?.objectSizeGreaterThan) return { ObjectSizeGreaterThan: filter.objectSizeGreaterThan };
  if (filter?.objectSizeLessThan) return { ObjectSizeLessThan: filter.objectSizeLessThan };
  return { Prefix: filter?.prefix ?? "" };
}

function fromAws(rule: LifecycleRule): Rule {
  const { Expiration, NoncurrentVersionExpiration: noncurrent, Filter } = rule;
  return {
    id: rule.ID ?? "",
    status: rule.Status ?? "",
    prefix: rule.Prefix,
    filter: Filter && {
      prefix: Filter.Prefix,
      objectSizeGreaterThan: Filter.ObjectSizeGreaterThan,
      objectSizeLessThan: Filter.ObjectSizeLessThan,
      tag: Filter.Tag && { key: Filter.Tag.Key ?? "", value: Filter.Tag.Value ?? "" },
      and: Filter.And && {
        prefix: Filter.And.Prefix,
        objectSizeGreaterThan: Filter.And.ObjectSizeGreaterThan,
        objectSizeLessThan: Filter.And.ObjectSizeLessThan,
        tags: Filter.And.Tags && fromPairs(Filter.And.Tags),
      },
    },
    abortIncompleteMultipartUpload: rule.AbortIncompleteMultipartUpload && {
      daysAfterInitiation: rule.AbortIncompleteMultipartUpload.DaysAfterInitiation,
    },
    expiration: Expiration && {
      date: Expiration.Date?.toISOString(),
      days: Expiration.Days,
      expiredObjectDeleteMarker: Expiration.ExpiredObjectDeleteMarker,
    },
    noncurrentVersionExpiration: noncurrent && {
      noncurrentDays: noncurrent.NoncurrentDays ?? 0,
      newerNoncurrentVersions: noncurrent.NewerNoncurrentVersions,
    },
    noncurrentVersionTransitions: rule.NoncurrentVersionTransitions?.map((transition) => ({
      noncurrentDays: transition.NoncurrentDays ?? 0,
      newerNoncurrentVersions: transition.NewerNoncurrentVersions,
      storageClass: transition.StorageClass ?? "",
    })),
    transitions: rule.Transitions?.map((transition) => ({
      date: transition.Date?.toISOString(),
      days: transition.Days,
      storageClass: transition.StorageClass ?? "",
    })),
  };
}
