import type {
  DisableRegionRequest,
  EnableRegionRequest,
  GetRegionOptStatusRequest,
  GetRegionOptStatusResponse,
  ListRegionsRequest,
  ListRegionsResponse,
  RegionOptStatus,
} from "@aws-sdk/client-account";
import { type Account, type Aws, AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import { page } from "../page.ts";
import { DEFAULT_REGIONS, OPT_IN_REGIONS } from "./regions.ts";
import { targetOf } from "./target.ts";

/** Milliseconds from ENABLING to ENABLED and back; on AWS it is minutes, for busy accounts hours. */
const TRANSITION = 1000;

/** Regions of an account: which are on, which can be. Changes take a while and tell so on the account's event bus. */
export function regionOperations(aws: Aws): Record<string, Operation> {
  /** `<account>/<region>` while it is on its way. */
  const moving = new Map<string, "ENABLING" | "DISABLING">();

  const statusOf = (account: Account, region: string): RegionOptStatus => {
    if (DEFAULT_REGIONS.includes(region)) return "ENABLED_BY_DEFAULT";
    return moving.get(`${account.id}/${region}`) ?? (account.optInRegions.has(region) ? "ENABLED" : "DISABLED");
  };

  const change = async (call: Call<EnableRegionRequest | DisableRegionRequest>, enable: boolean) => {
    const account = targetOf(aws.organization, call);
    const region = requireRegion(call.input.RegionName);
    const status = statusOf(account, region);
    if (status === "ENABLED_BY_DEFAULT") {
      throw invalid(`The Region ${region} is enabled by default: its opt status can't be changed.`);
    }
    if (status === (enable ? "DISABLING" : "ENABLING")) {
      throw new AwsError("ConflictException", `The Region ${region} is in the status ${status}. Try again later.`, 409);
    }
    if (status !== (enable ? "DISABLED" : "ENABLED")) return {};
    const place = `${account.id}/${region}`;
    moving.set(place, enable ? "ENABLING" : "DISABLING");
    // Access ends when disabling begins, and begins when enabling has ended.
    if (!enable) account.optInRegions.delete(region);
    aws.later(TRANSITION, async () => {
      moving.delete(place);
      if (enable) account.optInRegions.add(region);
      await aws.putEvent(statusChange(aws, account.id, region, enable ? "ENABLED" : "DISABLED"));
    });
    await aws.putEvent(statusChange(aws, account.id, region, enable ? "ENABLING" : "DISABLING"));
    return {};
  };

  return {
    ListRegions(call: Call<ListRegionsRequest>): ListRegionsResponse {
      const account = targetOf(aws.organization, call);
      const { RegionOptStatusContains: wanted = [], NextToken: token, MaxResults: limit } = call.input;
      const regions = [...DEFAULT_REGIONS, ...OPT_IN_REGIONS]
        .toSorted()
        .map((region) => ({ RegionName: region, RegionOptStatus: statusOf(account, region) }))
        .filter(({ RegionOptStatus: status }) => wanted.length === 0 || wanted.includes(status));
      const { items, nextToken } = page(regions, {
        token,
        limit,
        defaultLimit: 50,
        badToken: () => invalid("The NextToken is invalid."),
      });
      return { Regions: items, ...(nextToken === undefined ? {} : { NextToken: nextToken }) };
    },

    GetRegionOptStatus(call: Call<GetRegionOptStatusRequest>): GetRegionOptStatusResponse {
      const account = targetOf(aws.organization, call);
      const region = requireRegion(call.input.RegionName);
      return { RegionName: region, RegionOptStatus: statusOf(account, region) };
    },

    EnableRegion: (call: Call<EnableRegionRequest>) => change(call, true),
    DisableRegion: (call: Call<DisableRegionRequest>) => change(call, false),
  };
}

function requireRegion(name = ""): string {
  if (!DEFAULT_REGIONS.includes(name) && !OPT_IN_REGIONS.includes(name)) {
    throw invalid(`The Region ${name} does not exist.`);
  }
  return name;
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message, 400, { reason: "fieldValidationFailed" });
}

/** Source: Account Management reference, "Event for enabling and disabling Regions". */
function statusChange(aws: Aws, accountId: string, regionName: string, status: RegionOptStatus) {
  return {
    accountId,
    region: "us-east-1",
    source: "aws.account",
    detailType: "Region Opt-In Status Change",
    resources: [`arn:${aws.organization.partition}:account::${accountId}:account`],
    detail: { accountId, regionName, status },
  };
}
