import type {
  DeleteAggregationAuthorizationRequest,
  DescribeAggregationAuthorizationsRequest,
  DescribeAggregationAuthorizationsResponse,
  PutAggregationAuthorizationRequest,
  PutAggregationAuthorizationResponse,
} from "@aws-sdk/client-config-service";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { type Config, listed, now, tagsOf } from "./state.ts";

type Authorized = DeleteAggregationAuthorizationRequest;

const keyOf = ({ AuthorizedAccountId, AuthorizedAwsRegion }: Authorized) =>
  `${AuthorizedAccountId}/${AuthorizedAwsRegion}`;

/** Which accounts' aggregators in which regions may collect from this account and region. */
export function authorizationOperations(config: Config): Record<string, Operation> {
  const placeOf = ({ accountId, region }: Call<unknown>) => config.places.of(accountId, region);

  return {
    PutAggregationAuthorization: (
      call: Call<PutAggregationAuthorizationRequest>,
    ): PutAggregationAuthorizationResponse => {
      const { accountId, region, input } = call;
      const { authorizations } = placeOf(call);
      const key = keyOf(input);
      const existing = authorizations.get(key);
      // Tags count at creation only.
      if (existing !== undefined) return { AggregationAuthorization: existing.told };
      const arn = authorizationArn(config, call, input);
      const told = {
        AggregationAuthorizationArn: arn,
        AuthorizedAccountId: input.AuthorizedAccountId,
        AuthorizedAwsRegion: input.AuthorizedAwsRegion,
        CreationTime: now(config),
      };
      config.places.of(accountId, region).authorizations.set(key, { arn, told, tags: tagsOf(input.Tags) });
      return { AggregationAuthorization: told };
    },

    DescribeAggregationAuthorizations: (
      call: Call<DescribeAggregationAuthorizationsRequest>,
    ): DescribeAggregationAuthorizationsResponse => {
      const { items, next } = listed([...placeOf(call).authorizations.values()], call.input, 100);
      return { AggregationAuthorizations: items.map(({ told }) => told), ...next };
    },

    // One that is not there is deleted already: the call declares no error for it.
    DeleteAggregationAuthorization: (call: Call<DeleteAggregationAuthorizationRequest>): object => {
      placeOf(call).authorizations.delete(keyOf(call.input));
      return {};
    },
  };
}

export function authorizationArn(
  config: Config,
  { accountId, region }: Pick<Call<unknown>, "accountId" | "region">,
  authorized: Authorized,
): string {
  const { partition } = config.aws.organization;
  return `arn:${partition}:config:${region}:${accountId}:aggregation-authorization/${keyOf(authorized)}`;
}
