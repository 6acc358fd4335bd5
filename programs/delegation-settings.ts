import { z } from "zod";

/** Services that the security account may administer beside those that Bulwark itself needs it for. */
export const DelegationSettings = z.strictObject({
  /** Systems Manager: Quick Setup, Explorer and Change Manager for the whole organization. */
  systemsManager: z.strictObject({ enabled: z.boolean().default(false) }).prefault({}),
  /**
   * CloudTrail: the organization's trails and event data stores. For organizations with a trail of their own; `features.trail` delegates
   * by itself.
   */
  cloudTrail: z.strictObject({ enabled: z.boolean().default(false) }).prefault({}),
});
export type DelegationSettings = z.infer<typeof DelegationSettings>;
