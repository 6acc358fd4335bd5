import { z } from "zod";
import { type Incident, SEVERITIES } from "../incident.ts";

const name = z.string().regex(/^[A-Za-z0-9_.]{1,64}$/);
const segment = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const values = z.array(z.string().min(1)).min(1);
const template = z.record(name, z.union([z.string(), z.array(z.string())]));

/** How a kind of record is exposed by the desk ("External Access Definition"): its collection, its name in JSON, and its fields' captions. */
const exposed = z.strictObject({
  collection: segment,
  name,
  key: name,
  /** A text field of its own, which holds the incident's id, and by which the record is found again. */
  reference: name,
});

/**
 * What an installation's service desk calls things: forms are changed by each customer, so nothing here is taken for granted. The defaults are
 * those of an unchanged
 * Service Manager ("Web Service: Incident"); it has no field for another system's id or version, which its administrator adds.
 */
export const deskSchema = z.strictObject({
  incident: z.strictObject({
    ...exposed.shape,
    collection: segment.default("incidents"),
    name: name.default("Incident"),
    key: name.default("IncidentID"),
    /** A text field of its own: the version of the incident that the desk was told of. */
    version: name,
    status: name.default("Status"),
    closed: values.default(["Closed", "Resolved"]),
    closedBy: name.default("ClosedBy"),
    /** Names of actions that the desk exposes. */
    close: segment.default("close"),
    reopen: segment.default("reopen"),
  }),
  /** Fields that every new ticket gets. */
  template,
  fields: z
    .strictObject({
      title: name.default("Title"),
      description: name.default("Description"),
      impact: name.default("Impact"),
      urgency: name.default("Urgency"),
      group: name.default("AssignmentGroup"),
      journal: name.default("JournalUpdates"),
      solution: name.default("Solution"),
    })
    .prefault({}),
  severities: z.record(z.enum(SEVERITIES), z.strictObject({ impact: z.string(), urgency: z.string() })),
  /** Assignment group by owner, and that of all others. */
  groups: z.record(z.string(), z.string().min(1)),
  group: z.string().min(1),
  /** Fields that a closed ticket gets: a closure code, mostly. */
  closure: template,
  /** A change record whose approval is the incident's, where incidents ask; null where they are not asked at the desk. */
  change: z
    .strictObject({
      ...exposed.shape,
      template,
      approval: name,
      approved: values,
      denied: values,
      decidedBy: name.nullable(),
    })
    .nullable(),
});

export type Desk = z.infer<typeof deskSchema>;
export type Fields = Readonly<Record<string, string | readonly string[]>>;

/** Forms of the desk hold one line of 255 characters as a title, and texts of a page or two. */
const TITLE = 200;
const LINE = 1000;
const LINES = 60;

/** The fields of a new ticket. Pure. */
export function ticketFields(incident: Incident, desk: Desk): Fields {
  const { fields, severities, groups, group } = desk;
  const { impact, urgency } = severities[incident.severity];
  return {
    ...desk.template,
    [fields.title]: line(`${incident.title} (${incident.account})`, TITLE),
    [fields.description]: described(incident),
    [fields.impact]: impact,
    [fields.urgency]: urgency,
    [fields.group]:
      (incident.owner !== null && Object.hasOwn(groups, incident.owner) && groups[incident.owner]) || group,
    [desk.incident.reference]: incident.id,
    [desk.incident.version]: String(incident.version),
  };
}

/** What an update carries: the steps since `version`, of which the desk knows. Pure. */
export function updateFields(incident: Incident, version: number, desk: Desk): Fields {
  return { [desk.fields.journal]: steps(incident, version), [desk.incident.version]: String(incident.version) };
}

/** What closes a ticket: as an update, with what solved it. Pure. */
export function closureFields(incident: Incident, version: number, desk: Desk): Fields {
  return {
    ...updateFields(incident, version, desk),
    ...desk.closure,
    [desk.fields.solution]: steps(incident, version),
  };
}

/** The fields of a new change that asks for approval. Pure. */
export function changeFields(incident: Incident, desk: Desk, change: NonNullable<Desk["change"]>): Fields {
  return {
    ...change.template,
    [desk.fields.title]: line(`${incident.remediation?.title ?? "Change"}: ${incident.title}`, TITLE),
    [desk.fields.description]: described(incident),
    [change.reference]: incident.id,
  };
}

function described(incident: Incident): string[] {
  const { resource, remediation } = incident;
  return [
    incident.description,
    `Account ${incident.account}, ${incident.region}, ${incident.environment ?? "no environment"}, owner ${incident.owner ?? "unknown"}`,
    `${resource.type} ${resource.id}`,
    `${incident.severity}, ${incident.product}, ${incident.control ?? incident.type ?? "no control"}, ${incident.findings} findings`,
    ...(remediation === null ? [] : [`${remediation.title}: ${remediation.what}`]),
    ...(incident.link === null ? [] : [incident.link]),
    ...steps(incident, 0),
  ].map((text) => line(text, LINE));
}

function steps({ history }: Incident, version: number): string[] {
  const told = history.filter((step) => step.version > version);
  return told
    .slice(-LINES)
    .map(({ at, status, what, by }) => line(`${at} ${status}: ${what}${by === null ? "" : ` (${by})`}`, LINE));
}

/** One line of a bounded length, without what no form can show. */
function line(text: string, length: number): string {
  const plain = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return (plain.length > length ? `${plain.slice(0, length - 1)}…` : plain).toWellFormed();
}
