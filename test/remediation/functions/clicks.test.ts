import assert from "node:assert/strict";
import { signature } from "../../../remediation/forwarders/slack/signature.ts";
import { clicksFunction } from "../../../remediation/functions/slack-clicks/clicks.ts";
import type { RequestMessage } from "../../../remediation/response/request-message.ts";
import { type SlackReceiver, slackReceiver } from "../../../sandbox/receivers/slack.ts";

const INCIDENT = "0123456789abcdef0123456789abcdef";
const CHANNEL = "C0123456789";
const NOW = new Date("2026-03-01T12:00:00Z");
const timestamp = String(NOW.getTime() / 1000);
const secretOf = (name: string) => `arn:aws:secretsmanager:us-east-1:222222222222:secret:${name}`;

/** The body of a click, as Slack sends it. */
function bodyOf(action: string, user: string): string {
  const payload = {
    type: "block_actions",
    user: { id: user },
    container: { type: "message", message_ts: "1.2", channel_id: CHANNEL },
    actions: [{ type: "button", action_id: `bulwark:${action}`, value: `${INCIDENT}@3` }],
  };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

const signed = (body: string, secret: string) => ({
  headers: { "x-slack-request-timestamp": timestamp, "x-slack-signature": signature(secret, timestamp, body) },
  requestContext: { http: { method: "POST" } },
  body,
  isBase64Encoded: false,
});

describe("clicks from Slack", () => {
  let slack: SlackReceiver;

  before(async () => {
    slack = await slackReceiver({
      now: () => NOW,
      tokens: ["xoxb-1"],
      channels: [CHANNEL],
      signingSecret: "signing-secret",
    });
  });
  after(() => slack.stop());

  function world() {
    const claimed = new Set<string>();
    const sent: RequestMessage[] = [];
    const settings = {
      routing: { defaultChannel: CHANNEL },
      people: [
        { user: "U0123456789", name: "Ada", role: "approver" },
        { user: "U0123456780", name: "Bob", role: "viewer" },
      ],
      ...{ token: secretOf("token"), signingSecret: secretOf("signing"), address: slack.address },
    };
    const handler = clicksFunction({
      parameters: { read: async (_name, schema) => schema.parse(settings) as never },
      path: "/bulwark/response",
      secrets: async (reference) => (reference === settings.token ? "xoxb-1" : "signing-secret"),
      now: () => NOW,
      async claim(name) {
        if (claimed.has(name)) return false;
        claimed.add(name);
        return true;
      },
      request: async (request) => void sent.push(request),
      log: { info: () => undefined, error: () => undefined },
    });
    return { handler, sent };
  }

  it("become a request of the person that Slack names, once", async () => {
    const { handler, sent } = world();
    const click = signed(bodyOf("undo", "U0123456789"), "signing-secret");
    assert.equal((await handler(click)).statusCode, 200);
    const { id: _, ...request } = sent[0] ?? { id: "" };
    assert.deepEqual(request, {
      ...{ kind: "undo", incident: INCIDENT, who: "Ada", source: "slack", at: NOW.toISOString() },
    });
    assert.equal((await handler(click)).statusCode, 401, "a replay");
    assert.equal(sent.length, 1);
  });

  it("are nothing where Slack has not signed them, whatever they say", async () => {
    const { handler, sent } = world();
    const body = bodyOf("approve", "U0123456789");
    const good = signed(body, "signing-secret");
    for (const click of [
      signed(body, "another-secret"),
      { ...good, body: bodyOf("undo", "U0123456789") },
      { ...good, headers: {} },
    ]) {
      assert.equal((await handler(click)).statusCode, 401);
    }
    assert.equal((await handler({ ...good, requestContext: { http: { method: "GET" } } })).statusCode, 405);
    assert.equal((await handler({ Records: [] })).statusCode, 400);
    assert.deepEqual(sent, []);
  });

  it("are taken in base64, as a function URL may give them", async () => {
    const { handler, sent } = world();
    const click = signed(bodyOf("approve", "U0123456789"), "signing-secret");
    const encoded = { ...click, body: Buffer.from(click.body).toString("base64"), isBase64Encoded: true };
    assert.equal((await handler(encoded)).statusCode, 200);
    assert.equal(sent[0]?.kind, "approve");
  });

  it("of people who may not are told so to them alone", async () => {
    const { handler, sent } = world();
    assert.equal((await handler(signed(bodyOf("approve", "U0123456780"), "signing-secret"))).statusCode, 200);
    const whispers = slack.whispers.map(({ user, blocks }) => [user, JSON.stringify(blocks)]);
    assert.equal(whispers.length, 1);
    assert.equal(whispers[0]?.[0], "U0123456780");
    assert.match(String(whispers[0]?.[1]), /needs the role approver or administrator; you are viewer/);
    assert.deepEqual(sent, []);
  });
});
