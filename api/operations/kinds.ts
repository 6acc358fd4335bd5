import { deploy, repair } from "./deploy.ts";
import { driftCheck } from "./drift-check.ts";
import { offboard } from "./offboard.ts";
import { onboard } from "./onboard.ts";
import type { OperationKind } from "./operation.ts";
import { preview } from "./preview.ts";
import type { Kind } from "./work.ts";

/** What does which kind of operation. */
export const kinds: Readonly<Record<OperationKind, Kind>> = {
  onboard,
  preview,
  deploy,
  drift_check: driftCheck,
  repair,
  offboard,
};
