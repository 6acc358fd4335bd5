import { z } from "zod";
import { organizationalUnit } from "../../response/settings.ts";
import { type Incident, SEVERITIES } from "../incident.ts";

/** Slack's ids, not names: a channel can be renamed, and somebody else's can get its name. */
const channel = z
  .string()
  .regex(/^[CG][A-Z0-9]{6,20}$/, "give a channel by its id, as Slack shows it in the channel's details (C0123456789)");
const someOf = <Schema extends z.ZodType>(schema: Schema) => z.array(schema).min(1).optional();

/** Strict: a misspelled condition would be none, and the route would take what it shall not. */
const route = z.strictObject({
  channel,
  owners: someOf(z.string().min(1)),
  accounts: someOf(z.string().regex(/^\d{12}$/)),
  /** Ids: accounts directly in one, and those of the units below it. */
  organizationalUnits: someOf(organizationalUnit),
  environments: someOf(z.string().min(1)),
  severities: someOf(z.enum(SEVERITIES)),
  products: someOf(z.string().min(1)),
});

/** Which channel hears of what: the first route whose every condition holds, else the default. */
export const routingSchema = z.strictObject({
  routes: z.array(route).max(500).default([]),
  defaultChannel: channel,
  /** Severities that are collected and told of together. */
  digest: z.array(z.enum(SEVERITIES)).default(["LOW", "INFORMATIONAL"]),
});

export type Routing = z.infer<typeof routingSchema>;
type Route = Routing["routes"][number];

export interface Place {
  readonly channel: string;
  readonly as: "message" | "digest";
}

/** Where an incident is told. What waits for a person, or has failed, is a message of its own whatever its severity. */
export function placeOf(incident: Incident, { routes, defaultChannel, digest }: Routing): Place {
  const found = routes.find((one) => matches(one, incident));
  const needsPerson = incident.history.some(({ status }) => status === "asked" || status === "failed");
  return {
    channel: found?.channel ?? defaultChannel,
    as: digest.includes(incident.severity) && !needsPerson ? "digest" : "message",
  };
}

function matches(route: Route, incident: Incident): boolean {
  const { owners, accounts, organizationalUnits, environments, severities, products } = route;
  return (
    named(owners, incident.owner) &&
    named(accounts, incident.account) &&
    (organizationalUnits === undefined || incident.units.some((unit) => organizationalUnits.includes(unit))) &&
    named(environments, incident.environment) &&
    named(severities, incident.severity) &&
    named(products, incident.product)
  );
}

/** People write "Prod" and "prod": case makes no difference. */
function named(wanted: readonly string[] | undefined, value: string | null): boolean {
  if (wanted === undefined) return true;
  return value !== null && wanted.some((one) => one.toLowerCase() === value.toLowerCase());
}
