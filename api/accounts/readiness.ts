import type { Unready } from "../../programs/readiness.ts";

/** Whether the services of an account work, as AWS said when it was asked last. */
export interface Readiness {
  readonly ready: boolean;
  /** ISO 8601. */
  readonly checkedAt: string;
  /** What is missing. */
  readonly missing: readonly Unready[];
  /** It should have been ready by now: somebody has to look. */
  readonly overdue?: true;
  /** AWS could not be asked. */
  readonly error?: string;
}

/** AWS gives a new standard up to 24 hours (Security Hub User Guide, "Enabling a security standard"). */
const LIMIT_MS = 24 * 3_600_000;
const DAY_MS = 24 * 3_600_000;

/**
 * What is recorded of a look at an account, and in how many milliseconds the next one is due: soon after a deployment, then ever less
 * often, once a day when all is well.
 *
 * @param ageMs since the account was deployed
 */
export function judgeReadiness(
  look: { readonly missing: readonly Unready[] } | { readonly error: string },
  { ageMs, now }: { readonly ageMs: number; readonly now: Date },
): { readonly readiness: Readiness; readonly nextMs: number } {
  const checkedAt = now.toISOString();
  const missing = "missing" in look ? look.missing : [];
  const error = "error" in look ? look.error : undefined;
  if (error === undefined && missing.length === 0) {
    return { readiness: { ready: true, checkedAt, missing }, nextMs: DAY_MS };
  }
  const overdue = ageMs > LIMIT_MS ? { overdue: true as const } : {};
  const readiness = { ready: false, checkedAt, missing, ...overdue, ...(error === undefined ? {} : { error }) };
  return { readiness, nextMs: Math.min(3_600_000, Math.max(3_000, Math.round(ageMs / 2))) };
}
