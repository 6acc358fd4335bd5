import type { Context, SQSBatchResponse } from "aws-lambda";
import type { Incident } from "../../forwarders/incident.ts";
import { type DeskEvent, deskForwarder, type Forwarder, watchDesk } from "../../forwarders/service-desk/handler.ts";
import { ServiceDeskSettings } from "../../forwarders/service-desk/settings.ts";
import type { RequestMessage } from "../../response/request-message.ts";
import { partOf } from "../../response/turns.ts";
import type { FunctionLog } from "../log.ts";
import { type IncidentSource, openList, whole } from "../open-incidents.ts";
import { needed, type Parameters } from "../parameters.ts";
import { givenTo } from "../scheduled.ts";
import type { Later } from "../sooner.ts";

/** Incidents that one run of the schedule looks for at the desk, beside those that wait for an approval. */
const MOST = 100;
const MINUTE = 60_000;
/** Clocks of the Lambda and of its service differ by less. Milliseconds. */
const MARGIN = 1000;

/** What the function is made of. */
export interface ServiceDeskFunction extends Pick<Forwarder, "secrets" | "quarantine"> {
  readonly parameters: Parameters;
  /** Of the settings. */
  readonly path: string;
  readonly incidents: IncidentSource;
  /** For an invocation that has ended for certain at a time. */
  readonly lock: (until: Date) => Forwarder["alone"];
  readonly request: (request: RequestMessage) => Promise<void>;
  readonly later: Later;
  readonly now: () => Date;
  readonly log: FunctionLog;
}

type Invocation = Pick<Context, "getRemainingTimeInMillis">;

/** The Lambda on the queue of the service desk, which a schedule calls too. Rejects where what the schedule asked for failed. */
export function serviceDeskFunction(
  made: ServiceDeskFunction,
): (event: unknown, invocation: Invocation) => Promise<SQSBatchResponse | undefined> {
  const { parameters, path, incidents, lock, request, later, now, log, secrets, quarantine } = made;
  return async (event, invocation) => {
    const given = givenTo(event, "watch");
    const set = await needed(parameters, `${path}/service-desk`, ServiceDeskSettings);
    const forwarder: Forwarder = {
      ...set,
      ...{ secrets, quarantine },
      account: incidents.account,
      newest: async (id) => (await whole([{ id }], incidents))[0],
      log: log.info,
      alone: lock(new Date(now().getTime() + invocation.getRemainingTimeInMillis() + MARGIN)),
      tell: (one) => request(requestOf(one, now())),
    };
    if (given.kind === "messages") {
      return await later(given.event, await deskForwarder(forwarder)(given.event));
    }
    await watchDesk(await watched(incidents, now()), forwarder);
    return undefined;
  };
}

/** What the desk may have answered: what waits for an approval at once, and of the others some with each run. */
async function watched(incidents: IncidentSource, now: Date): Promise<readonly Incident[]> {
  const open = await openList(incidents);
  const asked = open.filter(({ state }) => state === "asked");
  const others = open.filter(({ state }) => state !== "asked");
  return await whole([...asked, ...partOf(others, MOST, Math.floor(now.getTime() / MINUTE))], incidents);
}

const KINDS = { approved: "approve", rejected: "reject", closed: "acknowledge" } as const;

/** What happened at the desk as a request. Who closes a ticket has seen the incident, and has not said that its risk is accepted. Pure. */
export function requestOf({ id, kind, incident, by }: DeskEvent, at: Date): RequestMessage {
  const who = (by ?? "")
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ")
    .trim()
    .slice(0, 200);
  return {
    id: `service-desk:${id}`.slice(0, 256),
    kind: KINDS[kind],
    incident,
    who: who === "" ? "the service desk" : who,
    source: "service-desk",
    at: at.toISOString(),
  };
}
