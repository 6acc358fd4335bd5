/** A schedule expression taken apart; `problem` where it is none. */
export type Schedule =
  | { readonly kind: "rate"; readonly minutes: number }
  | { readonly kind: "cron"; readonly fields: readonly string[] }
  | { readonly kind: "at"; readonly time: Date }
  | { readonly kind: "none"; readonly problem: string };

const MINUTES: Readonly<Record<string, number>> = { minute: 1, hour: 60, day: 1440 };

const MONTHS = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC";
const DAYS = "SUN|MON|TUE|WED|THU|FRI|SAT";

/** One field of cron: values, ranges, steps and lists of them. */
function field(value: string, extra = ""): RegExp {
  const one = `(?:${value}|\\*)(?:-(?:${value}))?(?:/\\d+)?${extra}`;
  return new RegExp(`^(?:\\?|${one}(?:,${one})*)$`, "i");
}

/** Seconds (which may be left out), minutes, hours, day of month, month, day of week, year. */
const FIELDS = [
  field("[0-5]?\\d"),
  field("[0-5]?\\d"),
  field("[01]?\\d|2[0-3]"),
  field("[1-9]|[12]\\d|3[01]|L|\\d+W|LW"),
  field(`[1-9]|1[0-2]|${MONTHS}`),
  field(`[1-7]L?|L|${DAYS}`, "(?:#[1-5]|L)?"),
  field("(?:19|20|21)\\d\\d"),
];

/**
 * Reads `rate(value unit)`, `cron(fields)` and `at(timestamp)` (Systems Manager user guide, "Reference: Cron and rate
 * expressions").
 */
export function parseSchedule(expression: string): Schedule {
  const [, kind, inner = ""] = /^(rate|cron|at)\((.*)\)$/.exec(expression) ?? [];
  if (kind === "rate") return parseRate(inner);
  if (kind === "cron") return parseCron(inner);
  if (kind === "at") {
    const time = new Date(/T/.test(inner) ? `${inner.replace(/Z$/, "")}Z` : Number.NaN);
    return Number.isNaN(time.getTime())
      ? none(`"${inner}" is no time of the form yyyy-mm-ddThh:mm:ss`)
      : { kind, time };
  }
  return none(`"${expression}" is none of cron(...), rate(...) and at(...)`);
}

function parseRate(inner: string): Schedule {
  const [, value = "", unit = "", plural] = /^([1-9]\d*) (minute|hour|day)(s)?$/.exec(inner) ?? [];
  const factor = MINUTES[unit];
  if (factor === undefined) return none(`"${inner}" is no rate: write a value and minutes, hours or days`);
  if ((value === "1") === (plural === "s"))
    return none(`"${inner}" must be in the ${value === "1" ? "singular" : "plural"}`);
  return { kind: "rate", minutes: Number(value) * factor };
}

function parseCron(inner: string): Schedule {
  const fields = inner.trim().split(/\s+/);
  if (fields.length !== 6 && fields.length !== 7)
    return none(`cron(${inner}) must have six fields, or seven with seconds`);
  const rules = fields.length === 6 ? FIELDS.slice(1) : FIELDS;
  const wrong = fields.find((text, index) => rules[index]?.test(text) !== true);
  if (wrong !== undefined) return none(`cron(${inner}) has a field that is not valid: "${wrong}"`);
  const [ofMonth, , ofWeek] = fields.slice(-4);
  const both = ofMonth !== "?" && ofWeek !== "?";
  return both ? none(`cron(${inner}) must have ? for the day of the month or of the week`) : { kind: "cron", fields };
}

function none(problem: string): Schedule {
  return { kind: "none", problem };
}
