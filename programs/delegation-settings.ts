import { z } from "zod";

/** Services that the security account may administer beside those that Bulwark itself needs it for. */
export const DelegationSettings = z.strictObject({
  /** Systems Manager: Quick Setup, Explorer and Change Manager for the whole organization. */
  systemsManager: z.strictObject({ enabled: z.boolean().default(false) }).prefault({}),
});
export type DelegationSettings = z.infer<typeof DelegationSettings>;
