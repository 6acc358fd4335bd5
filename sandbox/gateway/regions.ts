import { DEFAULT_REGIONS } from "../emulators/account/regions.ts";
import { AwsError, type OrganizationView } from "./emulator.ts";
import { optInRequired } from "./faults.ts";
import type { ErrorFormat } from "./protocol/errors.ts";

/** Services of one endpoint for all regions, and those that a fresh account has at once. */
const GLOBAL_SERVICES: ReadonlySet<string> = new Set(["account", "iam", "organizations", "sts"]);

export interface RegionGate {
  /** Throws when the account may not call the service in the region yet or at all. */
  admit(call: { service: string; accountId: string; region: string; format: ErrorFormat }): void;
}

/** Refuses opt-in regions that are not enabled, and accounts that are not ready for some seconds after their first call. */
export function createRegionGate(organization: OrganizationView, now: () => number): RegionGate {
  const firstCalls = new Map<string, number>();
  return {
    admit({ service, accountId, region, format }) {
      if (GLOBAL_SERVICES.has(service)) return;
      const account = organization.account(accountId);
      if (!DEFAULT_REGIONS.includes(region) && account?.optInRegions.has(region) !== true) throw invalidToken(format);
      if (account?.notReadySeconds === undefined) return;
      const first = firstCalls.get(accountId) ?? now();
      firstCalls.set(accountId, first);
      if (now() < first + account.notReadySeconds * 1000) throw optInRequired();
    },
  };
}

/** How AWS refuses an account in a region that it has not enabled: the region does not know its keys. */
function invalidToken(format: ErrorFormat): AwsError {
  const message = "The security token included in the request is invalid.";
  switch (format) {
    case "ec2":
      return new AwsError("AuthFailure", "AWS was not able to validate the provided access credentials", 401);
    case "s3":
      return new AwsError("InvalidToken", message, 400);
    case "query":
    case "rest-xml":
      return new AwsError("InvalidClientTokenId", message, 403);
    default:
      return new AwsError("UnrecognizedClientException", message, format === "json" ? 400 : 403);
  }
}
