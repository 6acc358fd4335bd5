import { accessKeyDeactivationAutomation } from "./access-key-deactivation/automation.ts";
import type { AutomationPlan } from "./automation/plan.ts";
import { ec2Imdsv2Automation } from "./ec2-imdsv2/automation.ts";
import { kmsRotationAutomation } from "./kms-rotation/automation.ts";
import type { Manifest } from "./manifest.ts";
import { publicSnapshotsEbsAutomation } from "./public-snapshots-ebs/automation.ts";
import { rdsPublicAccessAutomation } from "./rds-public-access/automation.ts";
import { s3PublicAccessBlockAutomation } from "./s3-public-access-block/automation.ts";

/** By remediation: those whose change is a fixed sequence of calls. */
const AUTOMATIONS: Readonly<Record<string, readonly AutomationPlan[]>> = {
  "access-key-deactivation": accessKeyDeactivationAutomation,
  "ec2-imdsv2": ec2Imdsv2Automation,
  "kms-rotation": kmsRotationAutomation,
  "public-snapshots-ebs": publicSnapshotsEbsAutomation,
  "rds-public-access": rdsPublicAccessAutomation,
  "s3-public-access-block": s3PublicAccessBlockAutomation,
};

/** The runbooks of a remediation; none where its change depends on more than calls can tell. */
export function automationsOf({ name }: Pick<Manifest, "name">): readonly AutomationPlan[] {
  return AUTOMATIONS[name] ?? [];
}
