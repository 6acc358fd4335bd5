import {
  type ConfigService,
  ConfigServiceClient,
  DeleteAggregationAuthorizationCommand,
  DeleteConfigRuleCommand,
  DeleteConfigurationAggregatorCommand,
  DeleteConfigurationRecorderCommand,
  DeleteConformancePackCommand,
  DeleteDeliveryChannelCommand,
  DescribeAggregationAuthorizationsCommand,
  DescribeConfigRulesCommand,
  DescribeConfigurationAggregatorsCommand,
  DescribeConfigurationRecorderStatusCommand,
  DescribeConfigurationRecordersCommand,
  DescribeConformancePackStatusCommand,
  DescribeConformancePacksCommand,
  DescribeDeliveryChannelsCommand,
  ListTagsForResourceCommand,
  PutAggregationAuthorizationCommand,
  PutConfigRuleCommand,
  PutConfigurationAggregatorCommand,
  PutConfigurationRecorderCommand,
  PutConformancePackCommand,
  PutDeliveryChannelCommand,
  StartConfigurationRecorderCommand,
  StopConfigurationRecorderCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-config-service";
import { clientMaker } from "../../provider/client.ts";
import type { Place } from "../../provider/place.ts";
import { fromPairs, tagChanges } from "../../provider/tags.ts";

export const configClient = clientMaker<ConfigService>()(ConfigServiceClient, {
  DeleteAggregationAuthorizationCommand,
  DeleteConfigRuleCommand,
  DeleteConfigurationAggregatorCommand,
  DeleteConfigurationRecorderCommand,
  DeleteConformancePackCommand,
  DeleteDeliveryChannelCommand,
  DescribeAggregationAuthorizationsCommand,
  DescribeConfigRulesCommand,
  DescribeConfigurationAggregatorsCommand,
  DescribeConfigurationRecordersCommand,
  DescribeConfigurationRecorderStatusCommand,
  DescribeConformancePacksCommand,
  DescribeConformancePackStatusCommand,
  DescribeDeliveryChannelsCommand,
  ListTagsForResourceCommand,
  PutAggregationAuthorizationCommand,
  PutConfigRuleCommand,
  PutConfigurationAggregatorCommand,
  PutConfigurationRecorderCommand,
  PutConformancePackCommand,
  PutDeliveryChannelCommand,
  StartConfigurationRecorderCommand,
  StopConfigurationRecorderCommand,
  TagResourceCommand,
  UntagResourceCommand,
});

export const noRecorder = "NoSuchConfigurationRecorderException";

type Tags = Readonly<Record<string, string>>;

export async function tagsOf(place: Place, ResourceArn = ""): Promise<Tags> {
  const config = await place.client(configClient);
  return fromPairs((await config.listTagsForResource({ ResourceArn })).Tags);
}

/** Brings a resource's tags from those of the state to those that are wanted: putting it again leaves them as they are. */
export async function setTags(place: Place, ResourceArn = "", before?: Tags, after?: Tags): Promise<void> {
  const config = await place.client(configClient);
  const { set, remove } = tagChanges(before, after);
  if (remove.length > 0) await config.untagResource({ ResourceArn, TagKeys: remove });
  const Tags = Object.entries(set).map(([Key, Value]) => ({ Key, Value }));
  if (Tags.length > 0) await config.tagResource({ ResourceArn, Tags });
}
