import type { TimestampFormat } from "../model/shapes.ts";

/** Reads a timestamp of any of AWS's formats. Undefined when it is none. */
export function readTimestamp(value: unknown): Date | undefined {
  const number =
    typeof value === "number"
      ? value
      : typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value)
        ? Number(value)
        : undefined;
  if (number !== undefined) return new Date(number * 1000);
  if (typeof value !== "string") return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** Writes a timestamp: epoch seconds are a number, the other formats are text. */
export function writeTimestamp(date: Date, format: TimestampFormat): number | string {
  if (format === "unixTimestamp") return date.getTime() / 1000;
  return format === "rfc822" ? date.toUTCString() : date.toISOString();
}
