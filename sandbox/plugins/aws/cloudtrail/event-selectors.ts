import type { AdvancedEventSelector, EventSelector, ReadWriteType } from "@aws-sdk/client-cloudtrail";
import { block, boolean, type InputsOf, list, set, string } from "../../provider/property.ts";

const fieldSelector = block({
  field: string({ required: true }),
  endsWiths: list(string()),
  equals: list(string()),
  notEndsWiths: list(string()),
  notEquals: list(string()),
  notStartsWiths: list(string()),
  startsWiths: list(string()),
});

const dataResource = block({ type: string({ required: true }), values: list(string(), { required: true }) });

/** What a trail records: one of the two ways to say it. */
export const selectorFields = {
  advancedEventSelectors: list(block({ fieldSelectors: set(fieldSelector, { required: true }), name: string() })),
  eventSelectors: list(
    block({
      dataResources: list(dataResource),
      excludeManagementEventSources: set(string()),
      includeManagementEvents: boolean({ default: true }),
      readWriteType: string({ default: "All" }),
    }),
  ),
};

type Selectors = InputsOf<typeof selectorFields>;

/** The call's input; a trail without selectors records management events, as AWS makes it. */
export function selectorsFor({ advancedEventSelectors = [], eventSelectors = [] }: Selectors): {
  AdvancedEventSelectors?: AdvancedEventSelector[];
  EventSelectors?: EventSelector[];
} {
  if (advancedEventSelectors.length > 0) {
    return {
      AdvancedEventSelectors: advancedEventSelectors.map(({ name, fieldSelectors }) => ({
        Name: name,
        FieldSelectors: fieldSelectors.map((selector) => ({
          Field: selector.field,
          Equals: some(selector.equals),
          NotEquals: some(selector.notEquals),
          StartsWith: some(selector.startsWiths),
          NotStartsWith: some(selector.notStartsWiths),
          EndsWith: some(selector.endsWiths),
          NotEndsWith: some(selector.notEndsWiths),
        })),
      })),
    };
  }
  const byDefault: Selectors["eventSelectors"] = [{ includeManagementEvents: true, readWriteType: "All" }];
  const wanted = eventSelectors.length > 0 ? eventSelectors : byDefault;
  return {
    EventSelectors: wanted.map((selector) => ({
      IncludeManagementEvents: selector.includeManagementEvents,
      ReadWriteType: selector.readWriteType as ReadWriteType,
      ExcludeManagementEventSources: [...(selector.excludeManagementEventSources ?? [])],
      DataResources: (selector.dataResources ?? []).map(({ type, values }) => ({ Type: type, Values: [...values] })),
    })),
  };
}

/** The properties of what AWS answers. What a trail records by default is no property. */
export function selectorsFrom(live: {
  AdvancedEventSelectors?: AdvancedEventSelector[] | undefined;
  EventSelectors?: EventSelector[] | undefined;
}): Selectors {
  if (live.AdvancedEventSelectors?.length) {
    return {
      advancedEventSelectors: live.AdvancedEventSelectors.map(({ Name, FieldSelectors = [] }) => ({
        name: Name,
        fieldSelectors: FieldSelectors.map((selector) => ({
          field: selector.Field ?? "",
          equals: some(selector.Equals),
          notEquals: some(selector.NotEquals),
          startsWiths: some(selector.StartsWith),
          notStartsWiths: some(selector.NotStartsWith),
          endsWiths: some(selector.EndsWith),
          notEndsWiths: some(selector.NotEndsWith),
        })),
      })),
    };
  }
  const selectors = (live.EventSelectors ?? []).filter((selector) => !isDefault(selector));
  if (selectors.length === 0) return {};
  return {
    eventSelectors: selectors.map((selector) => ({
      includeManagementEvents: selector.IncludeManagementEvents ?? true,
      readWriteType: selector.ReadWriteType ?? "All",
      excludeManagementEventSources: selector.ExcludeManagementEventSources ?? [],
      dataResources: (selector.DataResources ?? []).map(({ Type = "", Values = [] }) => ({
        type: Type,
        values: Values,
      })),
    })),
  };
}

function isDefault({
  IncludeManagementEvents,
  ReadWriteType,
  DataResources = [],
  ExcludeManagementEventSources = [],
}: EventSelector): boolean {
  const everything = IncludeManagementEvents !== false && (ReadWriteType ?? "All") === "All";
  return everything && DataResources.length === 0 && ExcludeManagementEventSources.length === 0;
}

/** AWS refuses an empty list of values. */
function some(values: readonly string[] | undefined): string[] | undefined {
  return values === undefined || values.length === 0 ? undefined : [...values];
}
