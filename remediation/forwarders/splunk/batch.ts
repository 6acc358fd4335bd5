/** What one request may hold. */
export interface BatchLimits {
  readonly bytes: number;
  readonly count: number;
}

/**
 * Splunk refuses bodies longer than `max_content_length` of limits.conf, `[http_input]`: 838,860,800 bytes by default now, 1,000,000 up to Splunk
 * 6 and wherever
 * somebody set that. Small batches also cost little to send again. Bytes are counted before gzip.
 */
export const BATCH_LIMITS: BatchLimits = { bytes: 900_000, count: 500 };

/** Something to be sent, as the JSON that is sent. */
export interface Packed<Of> {
  readonly of: Of;
  readonly json: string;
}

/** Puts events into batches, in their order. One that is over the limit by itself gets a batch of its own. Pure. */
export function batches<Of>(events: readonly Packed<Of>[], limits: BatchLimits = BATCH_LIMITS): Packed<Of>[][] {
  const all: Packed<Of>[][] = [];
  let bytes = 0;
  for (const event of events) {
    const more = Buffer.byteLength(event.json) + 1;
    const last = all.at(-1);
    if (last === undefined || last.length >= limits.count || bytes + more > limits.bytes) {
      all.push([event]);
      bytes = more;
    } else {
      last.push(event);
      bytes += more;
    }
  }
  return all;
}
