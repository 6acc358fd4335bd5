import type {
  CreateFilterRequest,
  CreateFilterResponse,
  DeleteFilterRequest,
  Finding,
  GetFilterRequest,
  GetFilterResponse,
  ListFiltersRequest,
  ListFiltersResponse,
  UpdateFilterRequest,
  UpdateFilterResponse,
} from "@aws-sdk/client-guardduty";
import type { AwsError, Call, Operation } from "../../gateway/emulator.ts";
import { matches } from "./criteria.ts";
import { listPage } from "./pages.ts";
import { invalidInput, notForMembers, rejected } from "./rejections.ts";
import { administratorOf, type Filter, type GuardDuty, ownPlace, type Place } from "./state.ts";

/** Source: GuardDuty user guide, "Amazon GuardDuty quotas". */
const MAX_FILTERS = 100;

/** Names and descriptions as their documentation has them; the model says only how long they are. */
const NAME = /^[\w.-]+$/;
const DESCRIPTION = /^[\w\s.:(){}[\]/-]*$/;

/** Whether a finding is archived as it comes, by a filter of the account that decides. */
export function isSuppressed({ filters }: Place, finding: Finding): boolean {
  return [...filters.values()].some(({ action, criteria }) => action === "ARCHIVE" && matches(criteria, finding));
}

/** Terraform's provider compares this very text. */
function noSuchFilter(): AwsError {
  return rejected("The request is rejected since no such resource found.");
}

/** Saved filters. An administrator's count for its members, who have none of their own. */
export function filterOperations(guardDuty: GuardDuty): Record<string, Operation> {
  function checkNoMember({ accountId, region }: Call<unknown>): void {
    if (administratorOf(guardDuty, accountId, region) !== undefined) throw notForMembers();
  }

  function filterOf(call: Call<{ DetectorId: string | undefined; FilterName: string | undefined }>): Filter {
    const filter = ownPlace(guardDuty, call).filters.get(call.input.FilterName ?? "");
    if (filter === undefined) throw noSuchFilter();
    return filter;
  }

  /** Ranks are positions: one that is taken moves the others down. */
  function place({ filters }: Place, filter: Filter, rank: number | undefined): void {
    const others = [...filters.values()].filter((each) => each !== filter).sort((one, other) => one.rank - other.rank);
    others.splice(Math.min(rank ?? others.length + 1, others.length + 1) - 1, 0, filter);
    for (const [index, each] of others.entries()) each.rank = index + 1;
  }

  return {
    CreateFilter: (call: Call<CreateFilterRequest>): CreateFilterResponse => {
      checkNoMember(call);
      const own = ownPlace(guardDuty, call);
      const { Name = "", Description = "", Action = "NOOP", FindingCriteria, Rank, Tags } = call.input;
      if (!NAME.test(Name) || !DESCRIPTION.test(Description)) throw invalidInput();
      if (Object.keys(FindingCriteria?.Criterion ?? {}).length === 0) throw invalidInput();
      if (own.filters.has(Name)) {
        throw rejected("The request is rejected because a filter with the given name already exists.");
      }
      if (own.filters.size >= MAX_FILTERS) {
        throw rejected("The request is rejected because the limit of filters for the current account is reached.");
      }
      const filter: Filter = {
        name: Name,
        description: Description,
        action: Action,
        rank: 0,
        criteria: FindingCriteria ?? {},
        tags: new Map(Object.entries(Tags ?? {})),
      };
      own.filters.set(Name, filter);
      place(own, filter, Rank);
      return { Name };
    },

    GetFilter: (call: Call<GetFilterRequest>): GetFilterResponse => {
      const { name, description, action, rank, criteria, tags } = filterOf(call);
      return {
        Name: name,
        Description: description,
        Action: action,
        Rank: rank,
        FindingCriteria: criteria,
        ...(tags.size === 0 ? {} : { Tags: Object.fromEntries(tags) }),
      };
    },

    UpdateFilter: (call: Call<UpdateFilterRequest>): UpdateFilterResponse => {
      checkNoMember(call);
      const filter = filterOf(call);
      const { Description, Action, FindingCriteria, Rank } = call.input;
      if (Description !== undefined && !DESCRIPTION.test(Description)) throw invalidInput();
      filter.description = Description ?? filter.description;
      filter.action = Action ?? filter.action;
      filter.criteria = FindingCriteria ?? filter.criteria;
      if (Rank !== undefined) place(ownPlace(guardDuty, call), filter, Rank);
      return { Name: filter.name };
    },

    DeleteFilter: (call: Call<DeleteFilterRequest>): object => {
      checkNoMember(call);
      const own = ownPlace(guardDuty, call);
      own.filters.delete(filterOf(call).name);
      for (const [index, each] of [...own.filters.values()].sort((one, other) => one.rank - other.rank).entries()) {
        each.rank = index + 1;
      }
      return {};
    },

    ListFilters: (call: Call<ListFiltersRequest>): ListFiltersResponse => {
      const { items, ...next } = listPage([...ownPlace(guardDuty, call).filters.keys()], call.input);
      return { FilterNames: items, ...next };
    },
  };
}
