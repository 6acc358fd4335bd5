import { z } from "zod";

/** Labels of the AWS Security Finding Format ("Severity"), the gravest first. */
export const SEVERITIES = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL"] as const;
export type Severity = (typeof SEVERITIES)[number];

/**
 * Where an incident stands: `detected` and nothing done (yet), `observed` where a remediation would have acted and may not, `asked` for approval,
 * `approved` and not yet done, `rejected` or `expired` without it, `remediated`, `failed`, `undone`, `suppressed` by a person, `resolved` where AWS was read again and is well.
 */
export const STATUSES = [
  "detected",
  "observed",
  "asked",
  "approved",
  "rejected",
  "expired",
  "remediated",
  "failed",
  "undone",
  "suppressed",
  "resolved",
] as const;
export type Status = (typeof STATUSES)[number];

/** Statuses in which nobody needs to do anything any more: a ticket can be closed, nobody is called out. */
export const CLOSED: readonly Status[] = ["remediated", "resolved", "suppressed"];

/** AWS and people write these: any characters, and a bound against what is huge. Each forwarder escapes and shortens for its receiver. */
const text = z.string().max(20_000);
const instant = z.iso.datetime({ offset: true });

const step = z.object({
  /** From 1 on, without a gap; a forwarder tells each once, whatever order and number the messages come in. */
  version: z.int().positive(),
  at: instant,
  status: z.enum(STATUSES),
  /** One sentence: "Opened to approval until 12:00", "Closed bucket x". */
  what: text,
  /** Who did it: a person's name or ARN; null where it was Bulwark by policy. */
  by: text.nullable(),
});

/** One thing that happened to an incident. */
export type Step = z.infer<typeof step>;

/**
 * What a forwarder gets: all that is known of an incident, each time that something happened to it. Messages may come twice, late or out of order:
 * the greater `version` is the newer, and each carries the whole history, so that the last one is enough. Unknown fields are left out, as newer
 * routers may send more.
 */
export const incidentSchema = z
  .object({
    /** Of the ledger. Short and plain: it stands in buttons, links and search terms of other systems. */
    id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/),
    /** That of the last step. */
    version: z.int().positive(),
    account: z.string().regex(/^\d{12}$/),
    region: z.string().regex(/^[a-z0-9-]{1,32}$/),
    /** As the settings of the account say; null where they say nothing. */
    environment: text.nullable(),
    owner: text.nullable(),
    /** Ids of all organizational units above the account, the nearest first, and the root's last. */
    units: z.array(z.string().max(80)).max(10).default([]),
    severity: z.enum(SEVERITIES),
    /** Who found it, as ASFF's ProductName has it: "Security Hub", "GuardDuty". */
    product: text,
    title: text,
    description: text,
    resource: z.object({ type: text, id: text }),
    /** Security Hub's control (`S3.8`), or null. */
    control: text.nullable(),
    /** ASFF's type of the finding, or null. */
    type: text.nullable(),
    /** Id of the finding that opened it, and how many were collapsed into it. */
    finding: text,
    findings: z.int().positive(),
    status: z.enum(STATUSES),
    /** What answers it, or null where a person has to: its folder's name, its title, and what was or would be done. */
    remediation: z.object({ name: z.string().max(40), title: text, what: text }).nullable(),
    /** Who said that he looks after it, and when. */
    acknowledged: z.object({ by: text, at: instant }).nullable(),
    /** When it was opened; until when an approval counts. The time of the last step is in the history. */
    openedAt: instant,
    expiresAt: instant.nullable(),
    /** Where it is shown. */
    link: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .nullable(),
    /** From the first step to the last. */
    history: z.array(step).min(1).max(1000),
  })
  .refine(({ history }) => history.every(({ version }, at) => version === at + 1), {
    path: ["history"],
    error: "the steps of an incident are numbered from 1 on without a gap",
  })
  .refine(({ version, status, history }) => history.length === version && history.at(-1)?.status === status, {
    path: ["version"],
    error: "version and status of an incident are those of its last step",
  });

export type Incident = z.infer<typeof incidentSchema>;
