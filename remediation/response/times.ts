import type { Entry } from "./ledger.ts";

/** Who writes notes and history where no person did. */
export const BULWARK = "Bulwark";

/** Seconds; longer than the router's Lambda may run, shorter than the queue hides a message. */
export const LEASE = 300;

/** Milliseconds for which a question can be answered: what was found may be otherwise by then. */
export const QUESTION_LASTS = 24 * 60 * 60 * 1000;

/** Milliseconds after which a repair that has not come is a person's to look at. */
export const REPAIR_LASTS = 24 * 60 * 60 * 1000;

/** Until when a repair is waited for. */
export const endOfRepair = ({ since }: Pick<Entry, "since">): Date => new Date(Date.parse(since) + REPAIR_LASTS);

/** Until when a question of an incident can be answered. */
export const endOfQuestion = ({ since }: Pick<Entry, "since">): Date => new Date(Date.parse(since) + QUESTION_LASTS);
