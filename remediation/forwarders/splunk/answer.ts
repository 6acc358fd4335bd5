import { z } from "zod";

const bodySchema = z.object({
  text: z.string().optional(),
  code: z.int().optional(),
  "invalid-event-number": z.int().nonnegative().optional(),
  ackId: z.int().nonnegative().optional(),
});

/** What Splunk made of a batch. */
export type Answer =
  | { readonly kind: "taken"; readonly ackId: number | undefined }
  /** An event is wrong; `event` is its place in the batch, from 0, where Splunk tells it. */
  | { readonly kind: "poison"; readonly event: number | undefined; readonly why: string }
  | { readonly kind: "too large"; readonly why: string }
  | { readonly kind: "unauthorized"; readonly why: string }
  /** Passes by itself. `wait` in milliseconds, where Splunk says it. */
  | { readonly kind: "busy"; readonly why: string; readonly wait: number | undefined }
  /** Nothing is wrong with the events: somebody has to set something right, and then they can be sent. */
  | { readonly kind: "misconfigured"; readonly why: string };

/** Invalid data format, event field required, event field blank, error in handling indexed fields: of the event, not of the token or its settings. */
const POISON: ReadonlySet<number> = new Set([6, 12, 13, 15]);

/**
 * Reads an answer of `/services/collector/event` by the codes of Splunk's "Troubleshoot HTTP Event Collector". A refused index (7), channel (10,
 * 11) or ack (14) is
 * never the fault of an event: giving events up for it would lose all. Pure.
 */
export function answerOf(status: number, body: string, retryAfter: string | null): Answer {
  const read = bodySchema.safeParse(json(body));
  const { text, code, ackId, "invalid-event-number": event } = read.success ? read.data : {};
  const why = `Splunk answers ${status}${code === undefined ? "" : `, code ${code}`}${text === undefined ? "" : `: ${text.slice(0, 300)}`}`;
  // A proxy's or a login page's 200 is no acceptance.
  if (status === 200)
    return code === 0
      ? { kind: "taken", ackId }
      : { kind: "misconfigured", why: `${why}; it is no answer of a collector` };
  if (status === 401 || status === 403) return { kind: "unauthorized", why };
  if (status === 413) return { kind: "too large", why };
  if (status === 429 || status === 408 || status >= 500) return { kind: "busy", why, wait: waitOf(retryAfter) };
  if (status === 400 && code !== undefined && POISON.has(code)) return { kind: "poison", event, why };
  return { kind: "misconfigured", why };
}

/** Of a Retry-After in seconds; dates are not worth the trouble of two clocks. */
function waitOf(retryAfter: string | null): number | undefined {
  return retryAfter !== null && /^\d{1,5}$/.test(retryAfter) ? Number(retryAfter) * 1000 : undefined;
}

const acksSchema = z.object({ acks: z.record(z.string(), z.boolean()) });

/** Ids that are indexed, of an answer of `/services/collector/ack`; undefined where it is none. Pure. */
export function acknowledged(body: string): readonly number[] | undefined {
  const read = acksSchema.safeParse(json(body));
  if (!read.success) return undefined;
  return Object.entries(read.data.acks).flatMap(([id, indexed]) => (indexed ? [Number(id)] : []));
}

function json(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
