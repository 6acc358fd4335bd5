import { z } from "zod";

/** Security Hub sends a finding as soon as it comes or changes, and when a person uses a custom action on it. */
const IMPORTED = "Security Hub Findings - Imported";
const CUSTOM_ACTION = "Security Hub Findings - Custom Action";

/** Characters of a message. SQS takes no more than 1 MiB, and a finding of Security Hub has at most 240 KB. */
const LONGEST = 1024 * 1024;
/** Most that a reason says: it goes to the logs and to where messages wait for a person. */
const LONGEST_REASON = 500;

/** Text that can stand in a key or a note: nothing that would break a line or hide. */
const text = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, "has control characters");
const optionalText = (longest: number) => text(longest).optional().catch(undefined);

const Account = z.string().regex(/^[0-9]{12}$/, "is no account id of twelve digits");
const Region = z.string().regex(/^[a-z]{2,3}(-[a-z]+){1,3}-[0-9]{1,2}$/, "is no region");
/** ASFF wants RFC 3339 with or without a zone's offset (Security Hub API reference, AwsSecurityFinding). */
const Instant = z.iso.datetime({ offset: true }).transform((time) => new Date(time).toISOString());

const Resource = z.object({
  Type: text(256),
  Id: text(2048),
  Region: Region.optional().catch(undefined),
  /** Whoever imports a finding writes it; a remediation that needs it reads it with care. */
  Details: z.unknown().optional(),
});

/**
 * What the response reads of a finding. Lengths and counts are those of "AWS Security Finding Format (ASFF)" in the Security Hub
 * User Guide, or above. What a decision rests on has to be right; what is only told may be wrong, and is left out then.
 */
const Asff = z.object({
  Id: text(2048),
  ProductArn: text(2048).regex(/^arn:/, "is no ARN"),
  GeneratorId: text(2048),
  AwsAccountId: Account,
  Region,
  Types: z.array(text(512)).max(50).default([]),
  UpdatedAt: Instant,
  /** Not known where it is wrong: then the finding passes for an old one. */
  CreatedAt: Instant.optional().catch(undefined),
  Severity: z.object({ Label: z.enum(["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"]) }),
  Title: z
    .string()
    .transform((title) => title.slice(0, 256))
    .catch(""),
  /** For people: cut where it is long. */
  Description: z
    .string()
    .transform((description) => description.slice(0, 1024))
    .optional()
    .catch(undefined),
  /** Who found it, in words. */
  ProductName: z
    .string()
    .transform((product) => product.slice(0, 128))
    .optional()
    .catch(undefined),
  Resources: z.array(Resource).min(1).max(32),
  Compliance: z
    .object({
      Status: z.enum(["PASSED", "WARNING", "FAILED", "NOT_AVAILABLE"]).optional(),
      SecurityControlId: text(64).optional(),
      /** Not known where they are wrong: then the control's defaults count. */
      SecurityControlParameters: z
        .array(z.object({ Name: text(256), Value: z.array(text(256)).max(100) }))
        .max(32)
        .optional()
        .catch(undefined),
    })
    .optional(),
  Vulnerabilities: z
    .array(z.object({ Id: text(256) }))
    .max(1000)
    .default([]),
  Workflow: z.object({ Status: z.enum(["NEW", "NOTIFIED", "RESOLVED", "SUPPRESSED"]) }),
  RecordState: z.enum(["ACTIVE", "ARCHIVED"]),
  Note: z
    .object({ Text: optionalText(512), UpdatedBy: optionalText(512) })
    .optional()
    .catch(undefined),
});

/** A finding of Security Hub, with what the response needs of it and nothing else. */
export type AsffFinding = z.output<typeof Asff>;

const Event = z.object({
  source: z.literal("aws.securityhub"),
  "detail-type": z.enum([IMPORTED, CUSTOM_ACTION]),
  account: Account,
  region: Region,
  time: Instant,
  resources: z.array(z.string().max(2048)).max(100),
  // An event has one finding (Security Hub User Guide, "EventBridge event formats for Security Hub CSPM").
  detail: z.object({ findings: z.array(z.unknown()).length(1) }),
});

/** `arn:<partition>:securityhub:<region>:<account>:action/custom/<id>`, with an id of at most 20 letters and digits. */
const ACTION_ARN = /^arn:[a-z-]+:securityhub:[a-z0-9-]+:([0-9]{12}):action\/custom\/([A-Za-z0-9]{1,20})$/;

/** A person's request by a custom action. The event does not say who it was. */
export interface Request {
  /** Of the manifest's custom action. */
  readonly actionId: string;
}

export type Read =
  | { readonly kind: "finding"; readonly finding: AsffFinding; readonly request: Request | null; readonly at: string }
  | { readonly kind: "wrong"; readonly reason: string };

/**
 * Reads a message of the queue of the responses: an event of Security Hub about one finding. What is not known is kept out. A wrong one
 * gives a reason, of at most 500 characters, that quotes nothing of the message; never throws.
 */
export function readFinding(body: string): Read {
  if (body.length > LONGEST) return wrong(`the message has ${body.length} characters, more than ${LONGEST}`);
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return wrong("the message is no JSON");
  }
  const event = Event.safeParse(json);
  if (!event.success) return wrong(`the event is none of a finding: ${told(event.error)}`);
  const finding = Asff.safeParse(event.data.detail.findings[0]);
  if (!finding.success) return wrong(`the finding is not as ASFF says: ${told(finding.error)}`);
  const read = { kind: "finding", finding: finding.data, at: event.data.time } as const;
  if (event.data["detail-type"] === IMPORTED) return { ...read, request: null };
  const [, account, actionId] = ACTION_ARN.exec(event.data.resources[0] ?? "") ?? [];
  if (actionId === undefined) return wrong("the event names no custom action");
  if (account !== event.data.account) return wrong("the event names a custom action of another account than its own");
  return { ...read, request: { actionId } };
}

const wrong = (reason: string): Read => ({ kind: "wrong", reason: reason.slice(0, LONGEST_REASON) });

/** Where and what, in the schema's words: what a hostile message says does not come back. */
function told(error: z.ZodError): string {
  return error.issues
    .map(
      ({ path, code, message }) =>
        `${path.join(".") || "it"}: ${code === "invalid_value" ? "not one of its values" : message}`,
    )
    .join("; ");
}
