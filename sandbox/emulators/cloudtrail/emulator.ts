import type { EmulatorFactory } from "../../gateway/emulator.ts";
import { delegationOperations } from "./delegation.ts";
import { organizationTrailGuards } from "./organization-trails.ts";
import { shadowTrails, trailOf } from "./shadow-trails.ts";

/** What CloudTrail has to do with the organization. The trails are MiniStack's. */
export const cloudTrail: EmulatorFactory = (aws) => ({
  signingName: "cloudtrail",
  model: "cloudtrail",
  operations: { ...delegationOperations(aws), ...shadowTrails(aws) },
  guards: organizationTrailGuards(aws),
  authorization: (call) => (call.operation === "GetTrailStatus" ? { resources: [trailOf(aws, call)] } : {}),
});
