import type { Place } from "../provider/place.ts";
import type { Values } from "../provider/property.ts";

/** Functions of the package, by token. */
export const awsFunctions: Readonly<Record<string, (place: Place, args: Values) => Promise<Values>>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": async (place) => ({
    id: place.accountId,
    accountId: place.accountId,
  }),
  "aws:index/getRegion:getRegion": async (place) => ({ id: place.region, region: place.region, name: place.region }),
  "aws:index/getPartition:getPartition": async (place) => ({
    id: place.partition,
    partition: place.partition,
    dnsSuffix: place.partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com",
  }),
};
