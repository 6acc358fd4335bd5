import type { AggregationAuthorization } from "@aws-sdk/client-config-service";
import { during } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asPairs, tagFields } from "../../provider/tags.ts";
import { configClient, setTags, tagsOf } from "./client.ts";

function parts(id: string): { account: string; region: string } {
  const [, account, region] = /^([^:]+):([^:]+)$/.exec(id) ?? [];
  if (account === undefined || region === undefined) {
    throw new Error(`unexpected format for ID (${id}), expected account_id:region`);
  }
  return { account, region };
}

async function find(place: Place, id: string): Promise<AggregationAuthorization | undefined> {
  const config = await place.client(configClient);
  const { account, region } = parts(id);
  for (let token: string | undefined; ; ) {
    const page = await config.describeAggregationAuthorizations({ NextToken: token });
    const found = page.AggregationAuthorizations?.find(
      (each) => each.AuthorizedAccountId === account && each.AuthorizedAwsRegion === region,
    );
    token = page.NextToken;
    if (found !== undefined || !token) return found;
  }
}

/**
 * The deprecated meaning of `region`, the aggregator's, is left out: here it is where the resource is, as in every other type,
 * and `authorizedAwsRegion` must be given.
 */
export const aggregateAuthorization = resource({
  title: "ConfigService Aggregate Authorization",
  properties: {
    accountId: string({ required: true, replaces: true }),
    authorizedAwsRegion: string({ replaces: true }),
    ...tagFields,
    arn: output(string()),
  },
  label: (inputs) => `${inputs.accountId}:${inputs.authorizedAwsRegion ?? ""}`,
  async create(place, inputs) {
    const { accountId, authorizedAwsRegion: region } = inputs;
    if (!region) throw new Error("authorizedAwsRegion: the sandbox's provider plugin needs it in place of region");
    const config = await place.client(configClient);
    const id = `${accountId}:${region}`;
    await during(`putting ConfigService Aggregate Authorization (${id})`, () =>
      config.putAggregationAuthorization({
        AuthorizedAccountId: accountId,
        AuthorizedAwsRegion: region,
        Tags: asPairs(inputs.tagsAll),
      }),
    );
    return id;
  },
  async read(place, id) {
    const found = await find(place, id);
    return (
      found && {
        accountId: found.AuthorizedAccountId,
        authorizedAwsRegion: found.AuthorizedAwsRegion,
        tagsAll: await tagsOf(place, found.AggregationAuthorizationArn),
        arn: found.AggregationAuthorizationArn,
      }
    );
  },
  // Tags alone can change.
  update: (place, _id, inputs, _changed, prior) => setTags(place, prior.arn, prior.tagsAll, inputs.tagsAll),
  async delete(place, id) {
    const config = await place.client(configClient);
    const { account, region } = parts(id);
    await config.deleteAggregationAuthorization({ AuthorizedAccountId: account, AuthorizedAwsRegion: region });
  },
});
