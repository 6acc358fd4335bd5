import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { interactionOf, type People, permission } from "../../forwarders/slack/interaction.ts";
import { admit } from "../../forwarders/slack/signature.ts";
import type { RequestMessage } from "../../response/request-message.ts";

/** What clicks are answered with. */
export interface ClickParts {
  readonly people: () => Promise<People>;
  /** Of the app; more than one while it is rotated. */
  readonly secrets: (fresh: boolean) => Promise<readonly string[]>;
  readonly now: () => Date;
  /** Keeps a name until a time, and tells whether nobody had it. */
  readonly claim: (name: string, until: Date) => Promise<boolean>;
  /** Lets a name go that nothing came of. */
  readonly release: (name: string) => Promise<void>;
  readonly send: (request: RequestMessage) => Promise<void>;
  readonly log: (level: "info" | "error", message: string, details: Readonly<Record<string, unknown>>) => void;
}

const said = (statusCode: number, words = ""): APIGatewayProxyStructuredResultV2 => ({
  statusCode,
  headers: { "content-type": "application/json" },
  // Only the person sees an ephemeral answer (Slack, "Handling user interaction").
  body: words === "" ? "" : JSON.stringify({ response_type: "ephemeral", replace_original: false, text: words }),
});

/**
 * The Lambda behind the address of the app's interactivity: a click that Slack has signed, of a person who may, becomes a request in the
 * queue. Slack waits three seconds and takes any answer of 200; what is not Slack's gets 401 and no word of why.
 */
export function clickHandler({ people, secrets, now, claim, release, send, log }: ClickParts) {
  return async ({
    headers,
    body = "",
    isBase64Encoded,
  }: Pick<
    APIGatewayProxyEventV2,
    "headers" | "body" | "isBase64Encoded"
  >): Promise<APIGatewayProxyStructuredResultV2> => {
    const text = isBase64Encoded ? Buffer.from(body, "base64").toString("utf8") : body;
    const signed = {
      timestamp: headers["x-slack-request-timestamp"],
      signature: headers["x-slack-signature"],
      body: text,
    };
    let verdict = await admit(signed, await secrets(false), now(), claim);
    // The secret may have been rotated since it was read.
    if (!verdict.genuine && verdict.why.includes("signing secret")) {
      verdict = await admit(signed, await secrets(true), now(), claim);
    }
    if (!verdict.genuine) {
      log("info", "refused a request to the address of clicks", { why: verdict.why });
      return said(401);
    }
    const read = interactionOf(text);
    if (!read.ok) {
      log("info", "a click that is none", { why: read.why });
      return said(200);
    }
    const { action, incident, version, user } = read.interaction;
    const allowed = permission(read.interaction, await people());
    if (!allowed.ok) {
      log("info", "a person may not", { user, action, incident });
      return said(200, allowed.words);
    }
    try {
      await send({
        id: `slack:${incident}:${action}:${version}:${user}`,
        ...{ kind: action, incident, who: allowed.name, source: "slack", at: now().toISOString() },
      });
    } catch (error) {
      // Slack shows the person that it failed, and a second click is no replay.
      await release(verdict.once).catch(() => undefined);
      throw error;
    }
    return said(200, `Asked to ${action}. The incident's message tells what came of it.`);
  };
}
