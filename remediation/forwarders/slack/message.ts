import type { Button, KnownBlock, SectionBlock } from "@slack/types";
import type { Incident, Status, Step } from "../incident.ts";
import { type Action, offered } from "./actions.ts";
import { fitted, formatted, link, moment, plain } from "./text.ts";

/** What `chat.postMessage` and `chat.update` take: blocks, and the text that notifications and screen readers have of them. */
export interface Message {
  readonly text: string;
  readonly blocks: KnownBlock[];
}

/** Slack, "Block Kit" reference: characters of a header, a section's text, one of its 10 fields, a button; "chat.postMessage": 4,000 of a text. */
export const LIMITS = {
  header: 150,
  section: 3000,
  field: 2000,
  fields: 10,
  button: 75,
  text: 4000,
  blocks: 50,
} as const;

/**
 * Characters of all blocks together. Slack answers `msg_blocks_too_long` beyond a number that it does not publish; 13,000 is what others have seen,
 * so this stays below, and each foreign text has its share.
 */
export const TOTAL = 12_000;
const SHARE = { description: 2500, title: 300, what: 1000, field: 600, by: 200, link: 1000, line: 300 } as const;

const SAID: Readonly<Record<Status, string>> = {
  detected: "Detected",
  observed: "Observed: nothing was changed",
  asked: "Waits for approval",
  approved: "Approved: it is being done",
  rejected: "Rejected",
  expired: "Nobody approved in time",
  remediated: "Remediated",
  failed: "Failed",
  undone: "Undone",
  suppressed: "Suppressed",
  resolved: "Resolved",
};

const BUTTONS: Readonly<Record<Action, { words: string; style?: "primary" | "danger"; sure?: string }>> = {
  approve: { words: "Approve", style: "primary", sure: "The change is made at once." },
  reject: { words: "Reject", style: "danger" },
  undo: { words: "Undo", style: "danger", sure: "What was before is given back, and the finding with it." },
  suppress: { words: "Suppress", sure: "The finding is set aside, and nobody is told of it again." },
  acknowledge: { words: "Acknowledge" },
};

/** An incident as Slack shows it, within the limits of Block Kit whatever its texts are. */
export function message(incident: Incident): Message {
  const { id, version, severity, title, description, remediation, status, history } = incident;
  const block = (name: string): string => `${id}:${version}:${name}`;
  const blocks: KnownBlock[] = [
    { type: "header", block_id: block("header"), text: plain(`${severity} ${title}`, LIMITS.header) },
  ];
  if (description.trim() !== "") {
    blocks.push({ type: "section", block_id: block("description"), text: plain(description, SHARE.description) });
  }
  blocks.push(facts(incident, block("facts")));
  if (remediation !== null) {
    const words = `*${fitted(remediation.title, SHARE.title)}*\n${fitted(remediation.what, SHARE.what)}`;
    blocks.push({ type: "section", block_id: block("remediation"), text: formatted(words) });
  }
  const last = history.at(-1);
  if (last !== undefined) blocks.push({ type: "section", block_id: block("last"), text: formatted(told(last)) });
  const actions = offered(incident);
  if (actions.length > 0) {
    blocks.push({
      type: "actions",
      block_id: block("actions"),
      elements: actions.map((action) => button(action, incident)),
    });
  }
  blocks.push({ type: "context", block_id: block("context"), elements: [formatted(context(incident))] });
  return { text: fitted(`${SAID[status]}. ${severity} ${title}, account ${incident.account}`, LIMITS.text), blocks };
}

function facts(incident: Incident, blockId: string): SectionBlock {
  const { account, region, environment, owner, product, resource, control, type, status, expiresAt } = incident;
  const until = status === "asked" && expiresAt !== null ? `, until ${moment(expiresAt)}` : "";
  const named: readonly (readonly [string, string | null, string?])[] = [
    ["Status", SAID[status], until],
    ["Account", account],
    ["Region", region],
    ["Environment", environment],
    ["Owner", owner],
    ["Found by", product],
    ["Control", control],
    ["Type", type],
    [resource.type === "" ? "Resource" : resource.type, resource.id],
  ];
  const fields = named.flatMap(([name, value, own = ""]) =>
    value === null ? [] : [formatted(`*${fitted(name, 100)}*\n${fitted(value, SHARE.field)}${own}`)],
  );
  return { type: "section", block_id: blockId, fields };
}

function button(action: Action, { id, version }: Incident): Button {
  const { words, style, sure } = BUTTONS[action];
  return {
    type: "button",
    action_id: `bulwark:${action}`,
    text: plain(words, LIMITS.button),
    // The version tells what the person saw: who decides can refuse a click on what is not so any more.
    value: `${id}@${version}`,
    ...(style === undefined ? {} : { style }),
    ...(sure === undefined
      ? {}
      : {
          confirm: {
            title: plain(`${words}?`, 100),
            text: plain(sure, 300),
            confirm: plain(words, 30),
            deny: plain("Cancel", 30),
          },
        }),
  };
}

function context({ id, openedAt, findings, acknowledged, link: address }: Incident): string {
  const parts = [
    `Incident ${fitted(id, 128)}, opened ${moment(openedAt)}`,
    ...(findings > 1 ? [`${findings} findings`] : []),
    ...(acknowledged === null
      ? []
      : [`${fitted(acknowledged.by, SHARE.by)} looks after it since ${moment(acknowledged.at)}`]),
  ];
  return parts.join(" | ") + shown(address, " | ");
}

function told({ status, what, by, at }: Step): string {
  return `*${SAID[status]}*: ${fitted(what, SHARE.what)}\n${by === null ? "by policy" : `by ${fitted(by, SHARE.by)}`}, ${moment(at)}`;
}

/** One step of an incident, for its thread. */
export function reply(step: Step): Message {
  return {
    text: fitted(`${SAID[step.status]}: ${step.what}`, LIMITS.text),
    blocks: [{ type: "section", text: formatted(told(step)) }],
  };
}

/** The first of many incidents of low severity in one message, as many as it can hold, and how many these are: at least one, where there is one. */
export function digest(incidents: readonly Incident[]): Message & { readonly holds: number } {
  const lines: string[] = [];
  let left = TOTAL - LIMITS.header;
  for (const incident of incidents.slice(0, LIMITS.blocks - 1)) {
    const next = line(incident);
    left -= next.length;
    if (left < 0) break;
    lines.push(next);
  }
  const head = `${lines.length} finding${lines.length === 1 ? "" : "s"} of low severity`;
  const sections = lines.map((text): SectionBlock => ({ type: "section", text: formatted(text) }));
  return {
    text: head,
    blocks: [{ type: "header", text: plain(head, LIMITS.header) }, ...sections],
    holds: lines.length,
  };
}

function line({ severity, title, account, region, resource, status, link: address }: Incident): string {
  const where = `account ${account}, ${region}, ${fitted(resource.id, SHARE.line)}`;
  return `*${severity}* ${fitted(title, SHARE.line)}\n${where}: ${SAID[status]}${shown(address, " ")}`;
}

/** A link to the incident; none where it is longer than a message can bear, since half a link leads nowhere. */
function shown(address: string | null, before: string): string {
  const made = address === null ? "" : link(address, "Show");
  return made === "" || made.length > SHARE.link ? "" : before + made;
}
