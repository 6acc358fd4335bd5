import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { SecretReader } from "../../forwarders/secret.ts";
import { slackClient } from "../../forwarders/slack/client.ts";
import { type Interaction, interactionOf, permission } from "../../forwarders/slack/interaction.ts";
import { pace } from "../../forwarders/slack/pace.ts";
import { SlackSettings } from "../../forwarders/slack/settings.ts";
import { admit } from "../../forwarders/slack/signature.ts";
import type { RequestMessage } from "../../response/request-message.ts";
import { type FunctionLog, reasonOf } from "../log.ts";
import { needed, type Parameters } from "../parameters.ts";

/** Characters of a body; a click has some thousands. */
const LONGEST = 200_000;
/** Milliseconds: Slack waits three seconds for an answer ("Handling user interaction"), and what comes before telling the person takes a part of them. */
const WHISPER = 1500;

/** What the function is made of. Secrets outlive an invocation. */
export interface ClicksFunction {
  readonly parameters: Parameters;
  /** Of the settings. */
  readonly path: string;
  readonly secrets: SecretReader;
  /** Keeps the name of a request until a time, and tells whether nobody had it. */
  readonly claim: (name: string, until: Date) => Promise<boolean>;
  readonly request: (request: RequestMessage) => Promise<void>;
  readonly now: () => Date;
  readonly log: FunctionLog;
}

/** An answer of a function URL. */
export interface Answer {
  readonly statusCode: number;
  readonly body?: string;
}

/** What is read of a request to a function URL (Lambda Developer Guide, "Invoking Lambda function URLs"); names of headers are in lower case there. */
const httpRequest = z.object({
  headers: z.record(z.string(), z.string()),
  requestContext: z.object({ http: z.object({ method: z.string() }) }),
  body: z.string().max(LONGEST).default(""),
  isBase64Encoded: z.boolean(),
});

/**
 * The Lambda behind the URL that Slack calls. Everybody can call it: what Slack has not signed is answered with 401 and does nothing. A click of somebody who
 * may not is told to that person alone. Slack tells the person by itself where the answer is none of 200, and the click can be made again.
 */
export function clicksFunction(made: ClicksFunction): (event: unknown) => Promise<Answer> {
  const { parameters, path, secrets, claim, request, now, log } = made;
  return async (event) => {
    const read = httpRequest.safeParse(event);
    if (!read.success) return { statusCode: 400, body: "This takes clicks of Slack." };
    const { headers, requestContext, isBase64Encoded } = read.data;
    if (requestContext.http.method !== "POST") return { statusCode: 405, body: "This takes clicks of Slack by POST." };
    const body = isBase64Encoded ? Buffer.from(read.data.body, "base64").toString("utf8") : read.data.body;

    const settings = await needed(parameters, `${path}/slack`, SlackSettings);
    const signed = {
      timestamp: headers["x-slack-request-timestamp"],
      signature: headers["x-slack-signature"],
      body,
    };
    const verdict = await admit(signed, [await secrets(settings.signingSecret)], now(), claim);
    if (!verdict.genuine) {
      log.info("a request is refused", { reason: verdict.why });
      return { statusCode: 401, body: "This takes requests that Slack has signed." };
    }

    const click = interactionOf(body);
    if (!click.ok) {
      // Slack sends what its users do with other parts of a message too, and takes any other answer for a fault.
      log.info("an interaction is none of a button of an incident", { reason: click.why });
      return { statusCode: 200 };
    }
    const { interaction } = click;
    const { action, incident, version, user } = interaction;
    const may = permission(interaction, settings.people);
    if (!may.ok) {
      log.info("a click is refused", { action, incident, user, reason: may.words });
      await whisper(made, settings, interaction, may.words);
      return { statusCode: 200 };
    }
    const id = `slack:${incident}:${action}:${version}`;
    await request({ id, kind: action, incident, who: may.name, source: "slack", at: now().toISOString() });
    log.info("a click is passed on", { request: id, user, role: may.role });
    return { statusCode: 200 };
  };
}

/** Tells the person of the click alone. Nothing was done, so that it does no harm when Slack does not take it. */
async function whisper(
  { secrets, now, log }: ClicksFunction,
  { token, address }: SlackSettings,
  { channel, user, action, incident }: Interaction,
  words: string,
): Promise<void> {
  const client = slackClient({
    token: (fresh) => secrets(token, fresh),
    pace: pace(now, (milliseconds) => sleep(milliseconds)),
    now,
    deadline: new Date(now().getTime() + WHISPER),
    timeout: WHISPER,
    ...(address === undefined ? {} : { address }),
  });
  try {
    await client.whisper(channel, user, words);
  } catch (error) {
    log.error("a person was not told that a click is refused", { action, incident, user, reason: reasonOf(error) });
  }
}
