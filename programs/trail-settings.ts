import { z } from "zod";

/** Kinds of data events, which cost by their number: the API calls on objects, functions and items themselves. */
export const DataEvents = z.enum(["s3", "lambda", "dynamodb"], { error: "must be one of s3, lambda, dynamodb" });
export type DataEvents = z.infer<typeof DataEvents>;

/**
 * A CloudTrail trail of the whole organization, which lives in the management account and delivers to a bucket of its own in the log archive.
 * Off by default, because an organization of some age has one, and AWS takes money for each further copy of management events.
 * Switched off, the trail goes, and the bucket and its key stay as evidence, outside of the stack.
 */
export const TrailSettings = z.strictObject({
  enabled: z.boolean().default(false),
  /** Name of the bucket; needed where a trail that was switched off before has left one of the usual name. */
  bucket: z
    .string()
    .regex(
      /^bulwark-[a-z0-9-]{2,54}[a-z0-9]$/,
      "must be an S3 bucket name of at most 63 characters that begins with bulwark-",
    )
    .optional(),
  dataEvents: z.array(DataEvents).default([]),
  /** Keeps what is delivered from everybody for a time: from privileged users, too, if COMPLIANCE. Can't be undone for what is there. */
  objectLock: z
    .strictObject({
      mode: z.enum(["GOVERNANCE", "COMPLIANCE"]).default("GOVERNANCE"),
      days: z.int().min(1).max(36_500),
    })
    .optional(),
  /** Lets the security account administer the organization's trails. */
  delegatedAdministrator: z.boolean().default(true),
});
export type TrailSettings = z.infer<typeof TrailSettings>;
