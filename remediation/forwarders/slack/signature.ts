import { createHmac, timingSafeEqual } from "node:crypto";

/** Slack, "Verifying requests from Slack": a request that is older may be one that somebody recorded. */
export const WINDOW_SECONDS = 300;

/** What of an HTTP request is signed. The body is the bytes as they came: form-encoded again they would have another signature. */
export interface SignedRequest {
  /** `X-Slack-Request-Timestamp`: seconds since 1970. */
  readonly timestamp: string | undefined;
  /** `X-Slack-Signature`. */
  readonly signature: string | undefined;
  readonly body: string;
}

export type Verdict =
  /** `once` names the request; whoever acts on it claims that name first, for as long as the window is open. */
  | { readonly genuine: true; readonly once: string; readonly until: Date }
  | { readonly genuine: false; readonly why: string };

/** The signature that Slack gives a body: `v0=` and the hexadecimal HMAC-SHA256 of `v0:<timestamp>:<body>`. */
export function signature(secret: string, timestamp: string, body: string): string {
  return `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex")}`;
}

/**
 * Whether a request comes from Slack and is new enough. Compares in constant time. Pure; the replay of a request within the window is refused by
 * `admit`.
 *
 * @param secrets the signing secrets that count: two while they are rotated
 */
export function verify(
  { timestamp, signature: given, body }: SignedRequest,
  secrets: readonly string[],
  now: Date,
): Verdict {
  if (timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) {
    return { genuine: false, why: "the request has no time (X-Slack-Request-Timestamp)" };
  }
  if (given === undefined || !/^v0=[0-9a-f]{64}$/.test(given)) {
    return { genuine: false, why: "the request has no signature of version v0 (X-Slack-Signature)" };
  }
  const seconds = Number(timestamp);
  if (Math.abs(now.getTime() / 1000 - seconds) > WINDOW_SECONDS) {
    return { genuine: false, why: `the request is not of the last ${WINDOW_SECONDS / 60} minutes` };
  }
  const matches = secrets.filter((secret) => secret !== "" && same(signature(secret, timestamp, body), given));
  if (matches.length === 0)
    return { genuine: false, why: "the signature is not that of the body: check the signing secret" };
  return { genuine: true, once: given, until: new Date((seconds + WINDOW_SECONDS) * 1000) };
}

function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * Verifies a request, and refuses one that came before.
 *
 * @param claim keeps a name until a time, and tells whether nobody had it: atomically, since a replay may run beside the first
 */
export async function admit(
  request: SignedRequest,
  secrets: readonly string[],
  now: Date,
  claim: (name: string, until: Date) => Promise<boolean>,
): Promise<Verdict> {
  const verdict = verify(request, secrets, now);
  if (!verdict.genuine || (await claim(verdict.once, verdict.until))) return verdict;
  return { genuine: false, why: "the request came before: this is a replay" };
}
