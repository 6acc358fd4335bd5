import type { ResourceTypes } from "../provider/resource.ts";
import { guardDuty } from "./guardduty.ts";
import { inspectorV2 } from "./inspectorv2.ts";
import { securityHub } from "./securityhub.ts";

/** The services, by the module of their type tokens (`aws-native:<module>:...`). */
export const awsNativeServices: Readonly<Record<string, ResourceTypes>> = {
  guardduty: guardDuty,
  inspectorv2: inspectorV2,
  securityhub: securityHub,
};
