import type { Context, SQSBatchResponse } from "aws-lambda";
import type { Incident } from "../../forwarders/incident.ts";
import type { EscalationPolicy } from "../../forwarders/slack/escalation.ts";
import { attend, type Forwarder, slackForwarder } from "../../forwarders/slack/handler.ts";
import { SlackSettings } from "../../forwarders/slack/settings.ts";
import type { ToldStore } from "../../forwarders/slack/told.ts";
import type { Listed } from "../../response/ledger.ts";
import { type FunctionLog, reasonOf } from "../log.ts";
import { type IncidentSource, openList, whole } from "../open-incidents.ts";
import { needed, type Parameters } from "../parameters.ts";
import { givenTo } from "../scheduled.ts";
import type { Later } from "../sooner.ts";

/** Milliseconds. */
const MINUTE = 60_000;

/** What the function is made of. */
export interface SlackFunction
  extends Pick<Forwarder, "secrets" | "pace" | "store" | "digests" | "quarantine" | "now"> {
  readonly parameters: Parameters;
  /** Of the settings. */
  readonly path: string;
  readonly incidents: IncidentSource;
  readonly later: Later;
  readonly log: FunctionLog;
}

type Invocation = Pick<Context, "getRemainingTimeInMillis">;

/** The Lambda on the queue of Slack's messages, which a schedule calls too. Rejects where what the schedule asked for failed. */
export function slackFunction(
  made: SlackFunction,
): (event: unknown, invocation: Invocation) => Promise<SQSBatchResponse | undefined> {
  const { parameters, path, incidents, later, log, ...rest } = made;
  return async (event, invocation) => {
    const given = givenTo(event, "attend");
    const set = await needed(parameters, `${path}/slack`, SlackSettings);
    const { routing, escalation, token, digestMinutes, address } = set;
    const forwarder: Forwarder = {
      ...{ routing, escalation, token, period: digestMinutes * MINUTE },
      ...rest,
      account: incidents.account,
      log: log.info,
      ...(address === undefined ? {} : { address }),
    };
    if (given.kind === "messages") {
      return await later(given.event, await slackForwarder(forwarder)(given.event, invocation));
    }
    await attend(forwarder, await waiting(made, escalation, log), invocation);
    return undefined;
  };
}

/** Incidents that somebody may have to be called for. One list that can't be read does not keep the digests. */
async function waiting(
  { incidents, store, now }: SlackFunction,
  escalation: EscalationPolicy,
  log: FunctionLog,
): Promise<readonly Incident[]> {
  try {
    const due = (await openList(incidents)).filter((one) => isDue(one, escalation, now()));
    return await whole(await told(due, store), incidents);
  } catch (error) {
    log.error("nobody is called: the open incidents can't be read", { reason: reasonOf(error) });
    return [];
  }
}

/** Whether the first level of an incident's severity has come, as far as a list tells. Pure. */
export function isDue(
  { severity, acknowledged, openedAt }: Pick<Listed, "severity" | "acknowledged" | "openedAt">,
  escalation: EscalationPolicy,
  now: Date,
): boolean {
  const [first] = escalation[severity] ?? [];
  if (first === undefined || acknowledged !== null) return false;
  return now.getTime() - Date.parse(openedAt) >= first.afterMinutes * MINUTE;
}

/** Those that have a message, in whose thread somebody can be called. */
async function told(all: readonly Listed[], store: ToldStore): Promise<readonly Listed[]> {
  const has = await Promise.all(all.map(async ({ id }) => ((await store.read(id))?.ts ?? null) !== null));
  return all.filter((_, at) => has[at]);
}
