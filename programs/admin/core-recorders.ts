import { ServiceLinkedRole } from "@pulumi/aws/iam/serviceLinkedRole.js";
import { type CoreAccount, coreAccounts, corePlace, recordedRegions } from "../core-accounts.ts";
import { isLeft } from "../declaration.ts";
import { names } from "../names.ts";
import { record } from "../recording.ts";
import type { EvidenceBucket } from "./evidence.ts";
import type { AdminStack } from "./stack.ts";

/** Records the configuration of the management account, the security account and the log archive, as baselines do elsewhere. */
export function coreRecorders(stack: AdminStack, { bucket, key, policy }: EvidenceBucket): void {
  const { inputs, declare } = stack;
  const { partition, homeRegion } = inputs;
  for (const account of coreAccounts) {
    const regions = recordedRegions(inputs, account);
    if (regions.length === 0) continue;
    const provider = stack[account];
    const role = recorderRole(stack, account);
    for (const region of regions) {
      record({
        ...{ partition, homeRegion, region, place: corePlace(account, region), provider, declare, role },
        accountId: inputs.accounts[account],
        bucket: bucket.bucket,
        keyArn: key.arn,
        admittedBy: [policy],
      });
    }
  }
}

/** Left where it was before, and never removed: IAM refuses to delete what another region or AWS Config itself needs. */
function recorderRole(stack: AdminStack, account: CoreAccount): ServiceLinkedRole | undefined {
  const name = names.serviceLinkedRoleOf(account);
  if (isLeft(stack.inputs.adoptions, name)) return undefined;
  return stack.declare(
    ServiceLinkedRole,
    { name, region: "global", wanted: { awsServiceName: "config.amazonaws.com" } },
    { provider: stack[account], retainOnDelete: true },
  );
}
