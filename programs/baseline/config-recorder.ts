import type { RecorderStatus } from "@pulumi/aws/cfg/recorderStatus.js";
import { record } from "../recording.ts";
import type { ServiceLinkedRoles } from "./service-linked-roles.ts";
import type { AccountStack } from "./stack.ts";

/** Records the account's configuration in a region. */
export function configRecorder(stack: AccountStack, region: string, roles: ServiceLinkedRoles): RecorderStatus {
  const { inputs, member, declare } = stack;
  const { partition, homeRegion, accountId, admin } = inputs;
  return record({
    ...{ partition, homeRegion, accountId, region, place: region, provider: member, declare },
    role: roles["config.amazonaws.com"],
    bucket: admin.configBucket,
    keyArn: admin.configKeyArn,
  });
}
