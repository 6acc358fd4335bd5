export const accountStatuses = [
  "pending",
  "onboarding",
  "active",
  "failed",
  "set_aside",
  "offboarding",
  "offboarded",
] as const;
export type AccountStatus = (typeof accountStatuses)[number];

/** How an account came to Bulwark: named in a request, created by one, or announced by an event. */
export const accountOrigins = ["request", "creation", "event"] as const;
export type AccountOrigin = (typeof accountOrigins)[number];
