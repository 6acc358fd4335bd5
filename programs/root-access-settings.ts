import { z } from "zod";

/**
 * Central management of member accounts' root users: new accounts get no root credentials, and those of others can be removed from the
 * management account. Off by default, because an organization decides that once and for all of its accounts.
 */
export const RootAccessSettings = z.strictObject({
  enabled: z.boolean().default(false),
  /** Lets the management account do what only a root user can, in short sessions for one task, such as opening a locked bucket. */
  sessions: z.boolean().default(true),
});
export type RootAccessSettings = z.infer<typeof RootAccessSettings>;
