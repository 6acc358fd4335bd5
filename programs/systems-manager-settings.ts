import { z } from "zod";

/** Runs on every managed host, each so many hours; the first time when it is made. */
const recurring = (everyHours: number) =>
  z.strictObject({ enabled: z.boolean().default(true), everyHours: z.int().min(1).max(168).default(everyHours) });

/** How AWS Systems Manager looks after the EC2 instances of an account. */
export const SystemsManagerSettings = z.strictObject({
  enabled: z.boolean().default(true),
  /** Instances without an instance profile for Systems Manager are managed all the same. */
  hostManagement: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
  /** What is installed and configured on a host is gathered. */
  inventory: recurring(12).prefault({}),
  /** Hosts are compared with their patch baseline; nothing is installed. */
  patchScan: recurring(24).prefault({}),
});
export type SystemsManagerSettings = z.infer<typeof SystemsManagerSettings>;
