import fc from "fast-check";
import { type Incident, incidentSchema, SEVERITIES, STATUSES } from "../../../remediation/forwarders/incident.ts";

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 5, 8, minute)).toISOString();

/** An incident that went through these statuses, one a minute from 8:00 UTC on. */
export function incident(
  statuses: readonly Incident["status"][] = ["detected"],
  with_: Partial<Incident> = {},
): Incident {
  return incidentSchema.parse({
    id: "inc-1",
    version: statuses.length,
    account: "100000000001",
    region: "eu-central-1",
    environment: "production",
    owner: "payments",
    severity: "HIGH",
    product: "Security Hub",
    title: "S3 bucket is public",
    description: "Bucket statements can be read by the world.",
    resource: { type: "AwsS3Bucket", id: "arn:aws:s3:::statements" },
    control: "S3.8",
    type: null,
    finding: "arn:aws:securityhub:eu-central-1:100000000001:subscription/x/finding/1",
    findings: 1,
    status: statuses.at(-1),
    remediation: { name: "s3-public-access-block", title: "Block public access", what: "Closes bucket statements" },
    acknowledged: null,
    openedAt: at(0),
    expiresAt: null,
    link: "https://bulwark.example/incidents/inc-1",
    history: statuses.map((status, step) => ({
      version: step + 1,
      at: at(step),
      status,
      what: `It is ${status}`,
      by: null,
    })),
    ...with_,
  });
}

/** What somebody may put into a tag, a name or a finding, to be told wrongly or to call everybody. */
const HOSTILE = [
  "<!channel>",
  "<!here|x>",
  "<@U0123456789>",
  "<#C0123456789>",
  "<!subteam^S0123456789>",
  "<https://evil.example|Approve>",
  "@channel https://evil.example",
  "&lt;!channel&gt;",
  "&amp;lt;",
  "\n*Status*\nResolved",
  "\u202eevil",
  "\ud83d",
  "```",
  "&".repeat(5000),
  "<".repeat(5000),
  "\u{1f600}".repeat(5000),
  "",
  "   ",
];

export const hostileText = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 200 }),
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.constantFrom(...HOSTILE),
  fc.array(fc.constantFrom(...HOSTILE), { maxLength: 4 }).map((parts) => parts.join("").slice(0, 20_000)),
  fc.string({ unit: fc.constantFrom("a", "&", "<", ">", "\u{1f600}", "é"), minLength: 0, maxLength: 6000 }),
);

/** Incidents of all kinds, with hostile strings wherever strings are free. */
export const incidents: fc.Arbitrary<Incident> = fc
  .record({
    statuses: fc.array(fc.constantFrom(...STATUSES), { minLength: 1, maxLength: 6 }),
    texts: fc.array(hostileText, { minLength: 14, maxLength: 14 }),
    gone: fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
    severity: fc.constantFrom(...SEVERITIES),
    findings: fc.integer({ min: 1, max: 20_000 }),
    path: fc.string({ maxLength: 300 }),
  })
  .map(({ statuses, texts, gone, severity, findings, path }) => {
    const [environment, owner, product, title, description, type, id, control, kind, what, by, name, words, done] =
      texts as [string, ...string[]];
    const maybe = (index: number, text: string | undefined) => (gone[index] === true ? null : (text ?? ""));
    const made = incident(statuses);
    return incidentSchema.parse({
      ...made,
      environment: maybe(0, environment),
      owner: maybe(1, owner),
      severity,
      product,
      title,
      description,
      resource: { type, id },
      control: maybe(2, control),
      type: maybe(3, kind),
      findings,
      remediation: gone[4] === true ? null : { name: "x", title: name, what: words },
      acknowledged: gone[5] === true ? null : { by, at: made.openedAt },
      expiresAt: gone[6] === true ? null : made.openedAt,
      link: `https://bulwark.example/?${new URLSearchParams({ path })}|<x>&y`,
      history: made.history.map((step) => ({ ...step, what, by: done ?? null })),
    });
  });
