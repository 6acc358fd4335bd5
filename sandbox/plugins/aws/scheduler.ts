import type { ResourceTypes } from "../provider/resource.ts";
import { schedule } from "./scheduler/schedule.ts";

export const scheduler: ResourceTypes = {
  "aws:scheduler/schedule:Schedule": schedule,
};
