import { createHash } from "node:crypto";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Change } from "../run.ts";
import type { Caps } from "./decision.ts";
import type { Incident } from "./incident.ts";
import type { Counted, Entry, Line, Listed, State, Step, TargetState } from "./ledger.ts";

export type Item = Record<string, AttributeValue>;

export const CAPS = ["account", "control", "action"] as const;

export const S = (text: string) => ({ S: text });
export const N = (number: number) => ({ N: String(number) });

const padded = (number: number) => String(number).padStart(9, "0");

/** An incident's own item. */
export const mainKey = (id: string): Item => ({ pk: S(id), sk: S("incident") });
/** What it is about. */
export const aboutKey = (id: string): Item => ({ pk: S(id), sk: S("about") });
/** Of the targets of one of its changes; the key of each begins with it. */
export const linesPrefix = (epoch: number) => `target#${padded(epoch)}#`;
/** Of its history. */
export const HISTORY = "history#";

/** Key of a cap's counter in the hour of a time. */
export const counterKey = (cap: keyof Caps, counted: Counted, now: Date): Item => ({
  pk: S(`hour#${now.toISOString().slice(0, 13)}#${cap}#${counted[cap].name}`),
  sk: S("counter"),
});

export const stateOf = (item: Item) => (item.state?.S ?? "seen") as State;

/** An incident as its item has it. */
export const entryOf = (id: string, item: Item): Entry => ({
  id,
  state: stateOf(item),
  version: Number(item.version?.N),
  attempts: Number(item.attempts?.N ?? 0),
  foundAt: item.foundAt?.S ?? "",
  epoch: Number(item.epoch?.N ?? 0),
  remediation: item.remediation?.S ?? "",
  began: item.began?.S ?? "",
  since: item.since?.S ?? "",
  verified: Number(item.verified?.N ?? 0),
  undoneAt: item.undoneAt?.S ?? "",
  firstFoundAt: item.firstFoundAt?.S ?? "",
  openedAt: item.openedAt?.S ?? "",
  // The one that it is held for is counted when it is dealt with: tried twice, it is one still.
  findings: Number(item.findings?.N ?? 0) + ((item.dealt?.S ?? "") < (item.foundAt?.S ?? "") ? 1 : 0),
  acknowledged: acknowledgedOf(item),
});

function acknowledgedOf({ acknowledged }: Item): Entry["acknowledged"] {
  const { by, at } = acknowledged?.M ?? {};
  return by?.S === undefined || at?.S === undefined ? null : { by: by.S, at: at.S };
}

const HEADLINE = {
  ...{ incidentKey: ":key", cause: ":cause", account: ":account", "#region": ":region", severity: ":severity" },
  ...{ title: ":title", resourceType: ":type", resourceId: ":resource", control: ":control" },
};

/** What an update sets of an incident's headline, to the last or the first finding's: `#region` stands for an attribute that is a word of DynamoDB. */
export const headlineSets = (which: "first" | "last") =>
  Object.entries(HEADLINE)
    .map(([name, value]) => `${name} = ${which === "last" ? value : `if_not_exists(${name}, ${value})`}`)
    .join(", ");

/** And its values. */
export const headlineValues = ({ key, cause, headline }: Incident): Item => ({
  ...{ ":key": S(key), ":cause": S(cause), ":account": S(headline.account), ":region": S(headline.region) },
  ...{ ":severity": S(headline.severity), ":title": S(headline.title), ":control": S(headline.control ?? "") },
  ...{ ":type": S(headline.resource.type), ":resource": S(headline.resource.id) },
});

/** An incident in a list, as its item has it. */
export const listedOf = (item: Item): Listed => ({
  ...entryOf(item.pk?.S ?? "", item),
  cause: item.cause?.S ?? "",
  account: item.account?.S ?? "",
  region: item.region?.S ?? "",
  severity: (item.severity?.S ?? "INFORMATIONAL") as Listed["severity"],
  title: item.title?.S ?? "",
  resource: { type: item.resourceType?.S ?? "", id: item.resourceId?.S ?? "" },
  control: item.control?.S || null,
});

/** A step of the history as an item. */
export const historyItem = (id: string, step: Step): Item => ({
  pk: S(id),
  sk: S(`${HISTORY}${padded(step.version)}`),
  version: N(step.version),
  ...{ state: S(step.state), at: S(step.at), why: S(step.why), by: S(step.by) },
  ...(step.request === undefined ? {} : { request: S(step.request) }),
});

/** And back. */
export const stepOf = (item: Item): Step => ({
  version: Number(item.version?.N),
  state: stateOf(item),
  at: item.at?.S ?? "",
  why: item.why?.S ?? "",
  by: item.by?.S ?? "",
  ...(item.request?.S === undefined ? {} : { request: item.request.S }),
});

/** What is known of a target as an item. */
export function lineItem(id: string, { epoch, remediation, target, state, why, change }: Line): Item {
  const json = JSON.stringify(target);
  const hash = createHash("sha256").update(json).digest("hex").slice(0, 32);
  return {
    pk: S(id),
    sk: S(`${linesPrefix(epoch)}${remediation}#${hash}`),
    ...{ epoch: N(epoch), remediation: S(remediation), target: S(json), state: S(state), why: S(why) },
    change: S(JSON.stringify(change)),
  };
}

/** And back. */
export const lineOf = (item: Item): Line => ({
  epoch: Number(item.epoch?.N),
  remediation: item.remediation?.S ?? "",
  target: JSON.parse(item.target?.S ?? "null") as Line["target"],
  state: (item.state?.S ?? "begun") as TargetState,
  why: item.why?.S ?? "",
  change: JSON.parse(item.change?.S ?? "null") as Change | null,
});

/** The values of an update, and the condition that a counter has room where there is a most. */
export function withMost(most: number | undefined, values: Item) {
  if (most === undefined) return { ExpressionAttributeValues: values };
  return {
    ConditionExpression: most > 0 ? "attribute_not_exists(n) OR n < :most" : "n < :most",
    ExpressionAttributeValues: { ...values, ":most": N(most > 0 ? most : 0) },
  };
}
