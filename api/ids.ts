import { randomBytes } from "node:crypto";

/**
 * A UUID of version 7 (RFC 9562): the first 48 bits are Unix milliseconds, so that ids sort by the time they were made.
 * A counter in the next 12 bits keeps ids of the same millisecond of one process in order.
 */
export function createIdSource(now: () => number = Date.now): () => string {
  let lastMs = 0;
  let counter = 0;
  return () => {
    const ms = Math.max(now(), lastMs);
    counter = ms === lastMs ? counter + 1 : randomBytes(2).readUInt16BE() & 0x3ff;
    lastMs = counter > 0xfff ? ms + 1 : ms;
    counter &= 0xfff;
    const bytes = randomBytes(16);
    bytes.writeUIntBE(lastMs, 0, 6);
    bytes.writeUInt16BE(0x7000 | counter, 6);
    bytes.writeUInt8(((bytes[8] ?? 0) & 0x3f) | 0x80, 8);
    const hex = bytes.toString("hex");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  };
}

export const operationIdPattern = /^op-[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** An operation's id is `op-` and its job's UUID: 39 characters, all allowed in a role session name (at most 64). */
export function operationIdOf(jobId: string): string {
  return `op-${jobId}`;
}
