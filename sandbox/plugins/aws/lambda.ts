import type { ResourceTypes } from "../provider/resource.ts";
import { eventSourceMapping } from "./lambda/event-source-mapping.ts";
import { lambdaFunction } from "./lambda/function.ts";
import { functionUrl } from "./lambda/function-url.ts";
import { permission } from "./lambda/permission.ts";

export const lambda: ResourceTypes = {
  "aws:lambda/eventSourceMapping:EventSourceMapping": eventSourceMapping,
  "aws:lambda/function:Function": lambdaFunction,
  "aws:lambda/functionUrl:FunctionUrl": functionUrl,
  "aws:lambda/permission:Permission": permission,
};
