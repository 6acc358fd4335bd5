import { randomUUID } from "node:crypto";
import type {
  CreateFindingAggregatorRequest,
  CreateFindingAggregatorResponse,
  DeleteFindingAggregatorRequest,
  GetFindingAggregatorRequest,
  GetFindingAggregatorResponse,
  ListFindingAggregatorsRequest,
  ListFindingAggregatorsResponse,
  UpdateFindingAggregatorRequest,
} from "@aws-sdk/client-securityhub";
import type { Call, Operation } from "../../gateway/emulator.ts";
import type { Aggregator, LinkingMode } from "./aggregators.ts";
import { findingAggregatorArn } from "./arns.ts";
import { invalidInput, limitExceeded, notFound } from "./errors.ts";
import { requireHub } from "./lifecycle.ts";
import { placeOf, type State } from "./state.ts";

/** Cross-region aggregation: members inherit their administrator's and cannot have their own. */
export function findingAggregationOperations(state: State): Record<string, Operation> {
  /** The aggregator of the calling account; changing it is for its home region only. */
  const requireAggregator = (
    call: Call<{ FindingAggregatorArn?: string | undefined }>,
    homeOnly: boolean,
  ): Aggregator => {
    requireHub(state, call);
    const aggregator = state.aggregators.of(call.accountId);
    if (aggregator === undefined || aggregator.arn !== call.input.FindingAggregatorArn) {
      throw notFound(`Finding aggregator ${call.input.FindingAggregatorArn} was not found`);
    }
    if (homeOnly && aggregator.homeRegion !== call.region) {
      throw invalidInput(
        `Finding aggregator ${aggregator.arn} can be changed in its home region ${aggregator.homeRegion} only`,
      );
    }
    return aggregator;
  };

  return {
    CreateFindingAggregator(call: Call<CreateFindingAggregatorRequest>): CreateFindingAggregatorResponse {
      requireHub(state, call);
      if (state.memberships.inForce(call.region, call.accountId) !== undefined) {
        throw invalidInput("A finding aggregator cannot be created by a member account.");
      }
      if (state.aggregators.of(call.accountId) !== undefined) {
        throw limitExceeded(`Account ${call.accountId} already has a finding aggregator`);
      }
      const aggregator: Aggregator = {
        arn: findingAggregatorArn(placeOf(state, call), randomUUID()),
        homeRegion: call.region,
        ...linkingOf(call),
      };
      state.aggregators.set(call.accountId, aggregator);
      return describe(aggregator);
    },

    GetFindingAggregator(call: Call<GetFindingAggregatorRequest>): GetFindingAggregatorResponse {
      return describe(requireAggregator(call, false));
    },

    ListFindingAggregators(call: Call<ListFindingAggregatorsRequest>): ListFindingAggregatorsResponse {
      requireHub(state, call);
      const aggregator = state.aggregators.of(call.accountId);
      return { FindingAggregators: aggregator === undefined ? [] : [{ FindingAggregatorArn: aggregator.arn }] };
    },

    UpdateFindingAggregator(call: Call<UpdateFindingAggregatorRequest>) {
      const aggregator = requireAggregator(call, true);
      Object.assign(aggregator, linkingOf(call));
      return describe(aggregator);
    },

    DeleteFindingAggregator(call: Call<DeleteFindingAggregatorRequest>) {
      requireAggregator(call, true);
      state.aggregators.remove(call.accountId);
      return {};
    },
  };
}

function linkingOf(
  call: Call<{ RegionLinkingMode?: string | undefined; Regions?: string[] | undefined }>,
): Pick<Aggregator, "mode" | "regions"> {
  const { RegionLinkingMode: mode, Regions: regions = [] } = call.input;
  const listed = mode === "ALL_REGIONS_EXCEPT_SPECIFIED" || mode === "SPECIFIED_REGIONS";
  if (!listed && mode !== "ALL_REGIONS" && mode !== "NO_REGIONS") {
    throw invalidInput(`Invalid RegionLinkingMode: ${mode}`);
  }
  if (listed && regions.length === 0) throw invalidInput(`Regions are required when RegionLinkingMode is ${mode}`);
  if (!listed && regions.length > 0) throw invalidInput(`Regions are not allowed when RegionLinkingMode is ${mode}`);
  if (regions.includes(call.region)) throw invalidInput(`Regions cannot contain the home region ${call.region}`);
  return { mode: mode as LinkingMode, regions: [...regions] };
}

function describe(aggregator: Aggregator): GetFindingAggregatorResponse {
  return {
    FindingAggregatorArn: aggregator.arn,
    FindingAggregationRegion: aggregator.homeRegion,
    RegionLinkingMode: aggregator.mode,
    ...(aggregator.regions.length > 0 ? { Regions: [...aggregator.regions] } : {}),
  };
}
