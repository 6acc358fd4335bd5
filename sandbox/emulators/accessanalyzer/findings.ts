import type {
  GetFindingRequest,
  GetFindingV2Request,
  ListAnalyzedResourcesRequest,
  ListAnalyzedResourcesResponse,
  ListFindingsRequest,
  ListFindingsResponse,
  ListFindingsV2Request,
  ListFindingsV2Response,
} from "@aws-sdk/client-accessanalyzer";
import type { Call, Operation, Regional } from "../../gateway/emulator.ts";
import { type Analyzers, analyzerAt, isExternal } from "./analyzer.ts";
import { invalid, notFound } from "./errors.ts";

/** Findings: nothing in the sandbox reads resource policies yet, so analyzers have found and analyzed nothing. */
export function findingOperations(analyzers: Regional<Analyzers>): Record<string, Operation> {
  const requireExternal = (call: Call<{ readonly analyzerArn: string | undefined }>, instead: string) => {
    if (!isExternal(analyzerAt(analyzers, call, call.input.analyzerArn).type)) {
      throw invalid(`${call.operation} is for external access analyzers only. Use ${instead}.`);
    }
  };
  return {
    ListFindings(call: Call<ListFindingsRequest>): ListFindingsResponse {
      requireExternal(call, "ListFindingsV2");
      return { findings: [] };
    },

    ListFindingsV2(call: Call<ListFindingsV2Request>): ListFindingsV2Response {
      analyzerAt(analyzers, call, call.input.analyzerArn);
      return { findings: [] };
    },

    GetFinding(call: Call<GetFindingRequest>): never {
      requireExternal(call, "GetFindingV2");
      throw notFound("Finding", call.input.id ?? "");
    },

    GetFindingV2(call: Call<GetFindingV2Request>): never {
      analyzerAt(analyzers, call, call.input.analyzerArn);
      throw notFound("Finding", call.input.id ?? "");
    },

    ListAnalyzedResources(call: Call<ListAnalyzedResourcesRequest>): ListAnalyzedResourcesResponse {
      analyzerAt(analyzers, call, call.input.analyzerArn);
      return { analyzedResources: [] };
    },
  };
}
