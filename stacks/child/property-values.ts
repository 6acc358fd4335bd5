// How Pulumi marks special values in events (sdk/go/common/resource: SigKey and the signatures).
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";

// What stands in a preview for a value that the provider will only know once it has worked, by the value's type
// (sdk/go/common/resource/plugin/rpc.go): string, boolean, number, array, object.
const UNKNOWNS: ReadonlySet<unknown> = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/**
 * A property bag of an event in plain JSON: secrets as `[secret]`, what is not known yet as `[unknown]`, files as their
 * hash, Pulumi's internals left out.
 */
export function plainValue(value: unknown): unknown {
  if (UNKNOWNS.has(value)) return "[unknown]";
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value !== "object" || value === null) return value;
  const record = value as Record<string, unknown>;
  if (record[SIGNATURE] === SECRET) return "[secret]";
  if (record[SIGNATURE] === ASSET || record[SIGNATURE] === ARCHIVE) return `[file ${String(record.hash ?? "")}]`;
  return Object.fromEntries(
    Object.entries(record)
      .filter(([key]) => key !== "__internal" && key !== "__defaults" && key !== SIGNATURE)
      .map(([key, entry]) => [key, plainValue(entry)]),
  );
}

/** The same, for a property bag that may be absent. */
export function plainProperties(bag: unknown): Record<string, unknown> {
  return (plainValue(bag ?? {}) ?? {}) as Record<string, unknown>;
}

/** Whether a property bag has a secret anywhere. Events show one as the text that stands for it. */
export function holdsSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === "[secret]";
  return (value as Record<string, unknown>)[SIGNATURE] === SECRET || Object.values(value).some(holdsSecret);
}

/** A password in a URL, as the engine shows the backend's in some of its errors. */
const URL_PASSWORD = /(\w:\/\/[^\s:/@]*):[^\s/]+@/g;

/**
 * Takes known secret values out of a text, and passwords out of the URLs in it. Pulumi masks what it knows to be secret in its
 * own display; this is for what it does not know, or shows all the same: the run's AWS sessions, or a program's secrets, in
 * a provider's error. `values` may grow meanwhile. Values under 8 characters are left.
 */
export function redactor(values: Iterable<string>): (text: string) => string {
  return (text) => {
    const known = [...values].filter(({ length }) => length >= 8).flatMap(spellings);
    const longestFirst = known.sort((a, b) => b.length - a.length);
    const masked = longestFirst.reduce((rest, value) => rest.replaceAll(value, "[secret]"), text);
    return masked.replaceAll(URL_PASSWORD, "$1:[secret]@");
  };
}

/** A value as it may stand in a text: as it is, inside of JSON, in a URL. */
function spellings(value: string): string[] {
  return [...new Set([value, JSON.stringify(value).slice(1, -1), encoded(value)])];
}

function encoded(value: string): string {
  // Half a surrogate pair can't be encoded.
  return encodeURIComponent(value.toWellFormed());
}
