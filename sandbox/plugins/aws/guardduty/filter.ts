import type { Condition, FilterAction, FindingCriteria } from "@aws-sdk/client-guardduty";
import { unless } from "../../provider/errors.ts";
import { block, type InputsOf, list, number, output, set, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asMap, tagChanges, tagFields } from "../../provider/tags.ts";
import { guardDutyClient, notOwned } from "./client.ts";

const noSuch = "BadRequestException: The request is rejected since no such resource found.";

const criterion = block({
  field: string({ required: true }),
  equals: list(string()),
  notEquals: list(string()),
  // Numbers, or a time for `updatedAt`, as text.
  greaterThan: string(),
  greaterThanOrEqual: string(),
  lessThan: string(),
  lessThanOrEqual: string(),
});

const properties = {
  detectorId: string({ required: true, replaces: true }),
  name: string({ replaces: true }),
  description: string(),
  action: string({ required: true }),
  rank: number({ required: true }),
  findingCriteria: block({ criterions: set(criterion, { required: true }) }, { required: true }),
  ...tagFields,
  arn: output(string()),
};
type Inputs = InputsOf<typeof properties>;

const LIMITS = {
  greaterThan: "GreaterThan",
  greaterThanOrEqual: "GreaterThanOrEqual",
  lessThan: "LessThan",
  lessThanOrEqual: "LessThanOrEqual",
} as const;
const limits = Object.entries(LIMITS) as [keyof typeof LIMITS, (typeof LIMITS)[keyof typeof LIMITS]][];

/** A time is milliseconds in the API and RFC 3339 in the provider. */
const toNumber = (field: string, value: string) => (field === "updatedAt" ? Date.parse(value) : Number(value));
const toText = (field: string, value: number) =>
  field === "updatedAt" ? new Date(value).toISOString().replace(/\.\d+Z$/, "Z") : String(value);

function toAws({ criterions }: Inputs["findingCriteria"]): FindingCriteria {
  const conditions = criterions.map((each): [string, Condition] => {
    const given = limits.flatMap(([name, member]) => {
      const value = each[name];
      return value ? [[member, toNumber(each.field, value)] as const] : [];
    });
    return [
      each.field,
      {
        ...(each.equals?.length ? { Equals: [...each.equals] } : {}),
        ...(each.notEquals?.length ? { NotEquals: [...each.notEquals] } : {}),
        ...Object.fromEntries(given),
      },
    ];
  });
  return { Criterion: Object.fromEntries(conditions) };
}

function fromAws({ Criterion = {} }: FindingCriteria): Inputs["findingCriteria"] {
  return {
    criterions: Object.entries(Criterion).map(([field, condition]) => {
      const given = limits.flatMap(([name, member]) => {
        const value = condition[member];
        return value === undefined ? [] : [[name, toText(field, value)] as const];
      });
      return {
        field,
        ...(condition.Equals ? { equals: condition.Equals } : {}),
        ...(condition.NotEquals ? { notEquals: condition.NotEquals } : {}),
        ...Object.fromEntries(given),
      };
    }),
  };
}

const parts = (id: string) => {
  const [DetectorId = "", FilterName = ""] = id.split(":");
  return { DetectorId, FilterName };
};

const asked = ({ detectorId, description, action, rank, findingCriteria }: Inputs) => ({
  DetectorId: detectorId,
  Description: description,
  Action: action as FilterAction,
  Rank: rank,
  FindingCriteria: toAws(findingCriteria),
});

export const filter = resource({
  title: "GuardDuty Filter",
  properties,
  async create(place, inputs) {
    const guardDuty = await place.client(guardDutyClient);
    const made = await guardDuty.createFilter({ ...asked(inputs), Name: inputs.name, Tags: asMap(inputs.tagsAll) });
    return `${inputs.detectorId}:${made.Name}`;
  },
  async read(place, id) {
    const guardDuty = await place.client(guardDutyClient);
    const { DetectorId, FilterName } = parts(id);
    const found = await unless(guardDuty.getFilter(parts(id)), noSuch, notOwned);
    return (
      found && {
        detectorId: DetectorId,
        name: found.Name,
        description: found.Description,
        action: found.Action,
        rank: found.Rank,
        findingCriteria: fromAws(found.FindingCriteria ?? {}),
        tagsAll: found.Tags ?? {},
        arn: place.arn("guardduty", `detector/${DetectorId}/filter/${FilterName}`),
      }
    );
  },
  async update(place, id, inputs, changed, prior) {
    const guardDuty = await place.client(guardDutyClient);
    const { DetectorId, FilterName } = parts(id);
    if (["description", "action", "rank", "findingCriteria"].some((name) => changed.has(name))) {
      await guardDuty.updateFilter({ ...asked(inputs), FilterName });
    }
    const ResourceArn = place.arn("guardduty", `detector/${DetectorId}/filter/${FilterName}`);
    const tags = tagChanges(prior.tagsAll, inputs.tagsAll);
    if (tags.remove.length > 0) await guardDuty.untagResource({ ResourceArn, TagKeys: tags.remove });
    if (Object.keys(tags.set).length > 0) await guardDuty.tagResource({ ResourceArn, Tags: tags.set });
  },
  async delete(place, id) {
    const guardDuty = await place.client(guardDutyClient);
    await unless(guardDuty.deleteFilter(parts(id)), noSuch, notOwned);
  },
});
