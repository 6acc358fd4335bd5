import { z } from "zod";

/**
 * Central management of member accounts' root users: new accounts get no root credentials, and those of others can be removed from the
 * management account. Off by default, because an organization decides that once and for all of its accounts.
 */
export const RootAccessSettings = z
  .strictObject({
    enabled: z.boolean().default(false),
    /** Lets the management account do what only a root user can, in short sessions for one task, such as opening a locked bucket. */
    sessions: z.boolean().default(true),
    /**
     * Removes the credentials that root users of members have until now (password, access keys, signing certificates, MFA devices), with
     * every deployment. Off by default: nobody can sign in as these root users then, until the management account lets somebody set a
     * password again (task policy IAMCreateRootUserPassword).
     */
    removeCredentials: z.boolean().default(false),
  })
  .superRefine(({ enabled, removeCredentials }, context) => {
    if (enabled || !removeCredentials) return;
    context.addIssue({
      code: "custom",
      path: ["removeCredentials"],
      message: "needs features.rootAccess.enabled: set that to true, or this to false",
    });
  });
export type RootAccessSettings = z.infer<typeof RootAccessSettings>;
