/** Where events land. `index` undefined leaves it to the token's default. */
export interface Destination {
  readonly source: string;
  readonly sourcetype: string;
  readonly index?: string | undefined;
}

/** An event of the HTTP Event Collector (Splunk, "Format events for HTTP Event Collector"). `time` in seconds since 1970, with milliseconds. */
export interface HecEvent {
  readonly time: number;
  readonly host: string;
  readonly source: string;
  readonly sourcetype: string;
  readonly index?: string;
  readonly event: object;
  /** Extracted at indexing: flat, and texts only. */
  readonly fields: Readonly<Record<string, string>>;
}

export type Converted = { readonly ok: true; readonly event: HecEvent } | { readonly ok: false; readonly why: string };

/** Of one event as JSON, in bytes; AWS takes findings of 240 KB (Security Hub User Guide, "Quotas"). */
const EVENT_BYTES = 256 * 1024;
const TEXT = 16_384;
const SHORT_TEXT = 512;
const DEPTH = 24;
const ITEMS = 1000;
const FIELD = 512;
/** A finding may be a day ahead by the clock of who made it; later is no time that a search would find. Milliseconds. */
const AHEAD = 24 * 60 * 60 * 1000;

/**
 * A finding of Security Hub (ASFF, whatever else it holds) as an event. Pure, and never throws: what is no finding is told with the reason, what
 * is too
 * long, too deep or too much is cut and marked with `bulwark_truncated`.
 *
 * @param received when the finding reached Bulwark; counts where `UpdatedAt` is no time
 */
export function hecEvent(finding: unknown, { source, sourcetype, index }: Destination, received: Date): Converted {
  if (!isRecord(finding)) return { ok: false, why: "the finding is no object" };
  const id = finding.Id;
  const account = finding.AwsAccountId;
  if (typeof id !== "string" || id === "") return { ok: false, why: "the finding has no Id" };
  if (typeof account !== "string" || !/^\d{12}$/.test(account)) {
    return { ok: false, why: "the finding has no AwsAccountId of twelve digits" };
  }
  return {
    ok: true,
    event: {
      time: secondsOf(finding.UpdatedAt, received),
      host: account,
      source,
      sourcetype,
      ...(index === undefined ? {} : { index }),
      event: bounded(finding),
      fields: fieldsOf(finding),
    },
  };
}

function secondsOf(updated: unknown, received: Date): number {
  const time = typeof updated === "string" ? Date.parse(updated) : Number.NaN;
  const counts = Number.isFinite(time) && time > 0 && time <= received.getTime() + AHEAD;
  return (counts ? time : received.getTime()) / 1000;
}

function fieldsOf(finding: Record<string, unknown>): Record<string, string> {
  const all: readonly (readonly [string, unknown])[] = [
    ["finding_id", finding.Id],
    ["updated_at", finding.UpdatedAt],
    ["account", finding.AwsAccountId],
    ["region", finding.Region],
    ["product", finding.ProductName],
    ["severity", at(finding.Severity, "Label")],
    ["control", at(finding.Compliance, "SecurityControlId")],
    ["compliance", at(finding.Compliance, "Status")],
    ["workflow", at(finding.Workflow, "Status")],
    ["record_state", finding.RecordState],
  ];
  const texts = all.filter((entry): entry is [string, string] => typeof entry[1] === "string" && entry[1] !== "");
  return Object.fromEntries(texts.map(([name, value]) => [name, cut(value, FIELD)]));
}

function at(value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined;
}

/** What tells what a finding is about, where the whole would be too much. */
const ESSENTIAL = [
  "Id",
  "ProductArn",
  "ProductName",
  "GeneratorId",
  "AwsAccountId",
  "Region",
  "Types",
  "CreatedAt",
  "UpdatedAt",
  "Severity",
  "Title",
  "Description",
  "Compliance",
  "Workflow",
  "RecordState",
] as const;

function bounded(finding: Record<string, unknown>): object {
  const whole = limited(finding, TEXT, ITEMS);
  if (size(whole.value) <= EVENT_BYTES) return whole.cut ? marked(whole.value) : (whole.value as object);
  const shorter = marked(limited(finding, SHORT_TEXT, 50).value);
  if (size(shorter) <= EVENT_BYTES) return shorter;
  const kept = Object.fromEntries(
    ESSENTIAL.filter((key) => Object.hasOwn(finding, key)).map((key) => [key, finding[key]]),
  );
  return marked(limited(kept, SHORT_TEXT, 10, 3).value);
}

function marked(value: unknown): object {
  return { ...(value as object), bulwark_truncated: true };
}

function size(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** The same with bounds on texts, items and depth, and whether any was met. Half a surrogate pair is replaced: strict parsers refuse it. */
function limited(given: unknown, text: number, items: number, depth = DEPTH): { value: unknown; cut: boolean } {
  let met = false;
  const limit = (value: unknown, left: number): unknown => {
    if (typeof value === "string") {
      met ||= value.length > text;
      return cut(value, text);
    }
    if (typeof value !== "object" || value === null) return value;
    met ||= left === 0;
    if (left === 0) return null;
    if (Array.isArray(value)) {
      met ||= value.length > items;
      return value.slice(0, items).map((item) => limit(item, left - 1));
    }
    const entries = Object.entries(value);
    met ||= entries.length > items;
    return Object.fromEntries(
      entries.slice(0, items).map(([key, item]) => [cut(key, SHORT_TEXT), limit(item, left - 1)]),
    );
  };
  return { value: limit(given, depth), cut: met };
}

function cut(value: string, length: number): string {
  return (value.length > length ? `${value.slice(0, length - 1)}…` : value).toWellFormed();
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
