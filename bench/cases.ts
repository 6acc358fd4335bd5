/** What is measured of a fleet: its first deployment, one of which nothing has changed, and one changed resource per stack. */
export const CASES = ["first", "unchanged", "changed"] as const;
export type Case = (typeof CASES)[number];

/** The three ways to deploy a fleet that are compared. */
export const SIDES = ["shell", "pool", "bulwark"] as const;
export type SideName = (typeof SIDES)[number];

/** Deployments at once, on every side. */
export const CONCURRENCY = 2;
