import {
  DeleteRuleCommand,
  DescribeRuleCommand,
  type EventBridge,
  EventBridgeClient,
  ListTagsForResourceCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-eventbridge";
import { clientMaker } from "../../provider/client.ts";

export const eventBridgeClient = clientMaker<EventBridge>()(EventBridgeClient, {
  DeleteRuleCommand,
  DescribeRuleCommand,
  ListTagsForResourceCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  TagResourceCommand,
  UntagResourceCommand,
});

/** Ids leave the default bus out. */
export const defaultBus = "default";
