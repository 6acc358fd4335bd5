import type {
  ConfigurationAggregator,
  DeleteConfigurationAggregatorRequest,
  DescribeConfigurationAggregatorSourcesStatusRequest,
  DescribeConfigurationAggregatorSourcesStatusResponse,
  DescribeConfigurationAggregatorsRequest,
  DescribeConfigurationAggregatorsResponse,
  PutConfigurationAggregatorRequest,
  PutConfigurationAggregatorResponse,
} from "@aws-sdk/client-config-service";
import { AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import { aggregatorSources, sourcesStatus } from "./aggregator-sources.ts";
import { type Aggregator, type Config, invalid, listed, now, type Place, tagsOf } from "./state.ts";

/** Aggregators of an account in a region (Config developer guide, "Service Limits"). */
const MOST_AGGREGATORS = 50;

function namedAggregator(place: Place, name: string | undefined): Aggregator {
  const aggregator = place.aggregators.get(name ?? "");
  if (aggregator !== undefined) return aggregator;
  throw new AwsError(
    "NoSuchConfigurationAggregatorException",
    "The configuration aggregator does not exist. Check the configuration aggregator name and try again.",
  );
}

const describe = ({ name, arn, sources, createdAt, updatedAt }: Aggregator): ConfigurationAggregator => ({
  ConfigurationAggregatorName: name,
  ConfigurationAggregatorArn: arn,
  ...sources,
  CreationTime: createdAt,
  LastUpdatedTime: updatedAt,
});

/** Configuration aggregators; what they collect is not told. */
export function aggregatorOperations(config: Config): Record<string, Operation> {
  const placeOf = ({ accountId, region }: Call<unknown>) => config.places.of(accountId, region);

  return {
    PutConfigurationAggregator: (call: Call<PutConfigurationAggregatorRequest>): PutConfigurationAggregatorResponse => {
      const { accountId, region, input } = call;
      const { aggregators } = placeOf(call);
      const name = input.ConfigurationAggregatorName ?? "";
      const sources = aggregatorSources(config, accountId, input);
      const existing = aggregators.get(name);
      if (existing !== undefined) {
        // "Editing an Aggregator" in the developer guide.
        const ofOrganization = (kind: Aggregator["sources"]) => kind.OrganizationAggregationSource !== undefined;
        if (ofOrganization(existing.sources) !== ofOrganization(sources)) {
          throw invalid(
            "You cannot change the source type of an aggregator between individual accounts and organization.",
          );
        }
        existing.sources = sources;
        existing.updatedAt = now(config);
        return { ConfigurationAggregator: describe(existing) };
      }
      if (aggregators.size >= MOST_AGGREGATORS) {
        throw new AwsError(
          "LimitExceededException",
          `The maximum number of configuration aggregators: ${MOST_AGGREGATORS} is reached.`,
        );
      }
      const { partition } = config.aws.organization;
      const made: Aggregator = {
        name,
        arn: `arn:${partition}:config:${region}:${accountId}:config-aggregator/config-aggregator-${config.aws.hex(8)}`,
        sources,
        createdAt: now(config),
        updatedAt: now(config),
        tags: tagsOf(input.Tags),
      };
      aggregators.set(name, made);
      return { ConfigurationAggregator: describe(made) };
    },

    DescribeConfigurationAggregators: (
      call: Call<DescribeConfigurationAggregatorsRequest>,
    ): DescribeConfigurationAggregatorsResponse => {
      const place = placeOf(call);
      const names = call.input.ConfigurationAggregatorNames ?? [];
      const found =
        names.length > 0 ? names.map((name) => namedAggregator(place, name)) : [...place.aggregators.values()];
      const { items, next } = listed(found, call.input, 100);
      return { ConfigurationAggregators: items.map(describe), ...next };
    },

    DescribeConfigurationAggregatorSourcesStatus: (
      call: Call<DescribeConfigurationAggregatorSourcesStatusRequest>,
    ): DescribeConfigurationAggregatorSourcesStatusResponse => {
      const aggregator = namedAggregator(placeOf(call), call.input.ConfigurationAggregatorName);
      const wanted = call.input.UpdateStatus;
      const status = sourcesStatus(config, call, aggregator).filter(
        ({ LastUpdateStatus: each }) => wanted === undefined || (each !== undefined && wanted.includes(each)),
      );
      const { items, next } = listed(status, call.input, 100);
      return { AggregatedSourceStatusList: items, ...next };
    },

    DeleteConfigurationAggregator: (call: Call<DeleteConfigurationAggregatorRequest>): object => {
      const place = placeOf(call);
      place.aggregators.delete(namedAggregator(place, call.input.ConfigurationAggregatorName).name);
      return {};
    },
  };
}
