import type { Origin } from "./operation.ts";

/** What is known when an attempt has failed. */
export interface FailedAttempt {
  readonly code: string;
  readonly retryable: boolean;
  /** See `isNotEnterableYet`. */
  readonly notEnterableYet?: boolean;
  /** 1 for the first. */
  readonly attempt: number;
  /** How many of the attempts died, or had a run that did: this one too, where `crashed` says so. */
  readonly crashes?: number;
  readonly crashed?: boolean;
  /** Milliseconds since the operation began, or since an attempt took over from a dead one. */
  readonly elapsedMs: number;
  /** The last attempt that ended in a wait for AWS, if any: how many there were then, those that died apart, and how long ago that was. */
  readonly waited?: { readonly attempts: number; readonly agoMs: number } | undefined;
  /** In [0, 1): spreads the attempts of many operations. */
  readonly random: number;
}

interface Bounds {
  readonly attempts: number;
  readonly elapsedMs: number;
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
}

/** The SDK and the engine have tried several times already when an error arrives here, so attempts are few. */
const ordinary: Bounds = { attempts: 6, elapsedMs: 15 * 60_000, firstDelayMs: 1_000, longestDelayMs: 30_000 };

/** A fresh account answers `OptInRequired` or refuses its roles for 10 to 20 minutes: time bounds the attempts, not their number. */
const notReadyYet: Bounds = {
  attempts: Number.POSITIVE_INFINITY,
  elapsedMs: 30 * 60_000,
  firstDelayMs: 2_000,
  longestDelayMs: 15_000,
};

/**
 * AWS takes up to 24 hours to apply a configuration policy to an account (Security Hub user guide, "Reviewing the association status of a
 * configuration policy"). Mostly it is minutes: so the first looks are close to each other.
 */
const policyPending: Bounds = {
  attempts: Number.POSITIVE_INFINITY,
  elapsedMs: 24 * 3_600_000,
  firstDelayMs: 5_000,
  longestDelayMs: 15 * 60_000,
};

/**
 * A process that died says nothing about what it was at, so such attempts count apart. There are many of them, because each
 * may be somebody's `kill`; there is an end to them, because each may be what the operation does to its machine. No time bounds
 * them: a machine may be off for a night.
 */
const crashed: Bounds = {
  attempts: 20,
  elapsedMs: Number.POSITIVE_INFINITY,
  firstDelayMs: 200,
  longestDelayMs: 30_000,
};

/** True where so many attempts have died that there will be no other. */
export function isCrashLoop(crashes: number): boolean {
  return crashes >= crashed.attempts;
}

/**
 * Whether to try again, and after how many milliseconds: the delay doubles, and half of it is random.
 *
 * @returns undefined where the operation has failed for good
 */
export function decideRetry(failed: FailedAttempt): number | undefined {
  const { code, retryable, notEnterableYet = false, crashes = 0, waited } = failed;
  if (failed.crashed) return within(crashed, failed, crashes);
  if (!retryable && !notEnterableYet) return undefined;
  const bounds = boundsOf(code, notEnterableYet);
  const attempts = failed.attempt - crashes;
  if (bounds !== ordinary || waited === undefined) return within(bounds, failed, attempts);
  // What was waited for says nothing about this failure, so that none of its tries are used up. An end there is all the same: the wait's.
  const elapsedMs = Math.min(failed.elapsedMs, waited.agoMs);
  return within(ordinary, { ...failed, elapsedMs }, attempts - waited.attempts);
}

/** Whether a failure is a wait for AWS, and no attempt that went wrong. */
export function isWait({ code, notEnterableYet = false }: Pick<FailedAttempt, "code" | "notEnterableYet">): boolean {
  return boundsOf(code, notEnterableYet) !== ordinary;
}

function boundsOf(code: string, notEnterableYet: boolean): Bounds {
  if (code === "policy_pending") return policyPending;
  return code === "opt_in_required" || notEnterableYet ? notReadyYet : ordinary;
}

function within(bounds: Bounds, { elapsedMs, random }: FailedAttempt, count: number): number | undefined {
  const doubled = bounds.firstDelayMs * 2 ** Math.min(Math.max(count, 1) - 1, 20);
  const delay = Math.round(Math.min(doubled, bounds.longestDelayMs) * (0.5 + random / 2));
  return count >= bounds.attempts || elapsedMs + delay > bounds.elapsedMs ? undefined : delay;
}

/** What tells whether an account is new: how its onboarding came, and by which account and call it failed. */
export interface Refusal {
  readonly kind: string;
  readonly origin: Origin;
  /** The operation's request: without `accountId` it creates the account itself. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly code: string;
  readonly call?: string | undefined;
  readonly accountId?: string | undefined;
  /** Management, security and log archive: those are not new. */
  readonly coreAccounts: readonly string[];
}

/**
 * Whether a role that can't be assumed may become assumable by itself: in an account that was created just now. AWS says that
 * its creation succeeded minutes before it can be entered (Organizations API, CreateAccount), and `aws:ResourceOrgID`, by
 * which Bulwark's own policies are bound to the organization, may lag longer.
 */
export function isNotEnterableYet(refusal: Refusal): boolean {
  const { kind, origin, request, code, call, accountId = "", coreAccounts } = refusal;
  const isNew = kind === "onboard" && (origin === "event" || request.accountId === undefined);
  return isNew && code === "access_denied" && call === "sts:AssumeRole" && !coreAccounts.includes(accountId);
}
