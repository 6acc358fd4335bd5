import assert from "node:assert/strict";
import { signature } from "../../../remediation/forwarders/slack/signature.ts";
import { clickHandler } from "../../../remediation/functions/slack-clicks/handler.ts";
import type { RequestMessage } from "../../../remediation/response/request-message.ts";

const INCIDENT = "0123456789abcdef0123456789abcdef";
const NOW = new Date("2026-03-01T12:00:00Z");
const timestamp = String(NOW.getTime() / 1000);

/** The body of a click, as Slack sends it. */
function bodyOf(action: string, user: string): string {
  const payload = {
    type: "block_actions",
    user: { id: user },
    container: { type: "message", message_ts: "1.2", channel_id: "C0123456789" },
    actions: [{ type: "button", action_id: `bulwark:${action}`, value: `${INCIDENT}@3` }],
  };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

const signed = (body: string, secret: string) => ({
  headers: { "x-slack-request-timestamp": timestamp, "x-slack-signature": signature(secret, timestamp, body) },
  body,
  isBase64Encoded: false,
});

function world(secrets = ["new-secret"]) {
  const claimed = new Set<string>();
  const sent: RequestMessage[] = [];
  const state = { broken: false, reads: 0 };
  const handler = clickHandler({
    people: async () => [
      { user: "U0123456789", name: "Ada", role: "approver" },
      { user: "U0123456780", name: "Bob", role: "viewer" },
    ],
    async secrets(fresh) {
      state.reads++;
      return [(fresh ? secrets.at(-1) : secrets[0]) ?? ""];
    },
    now: () => NOW,
    async claim(name) {
      if (claimed.has(name)) return false;
      claimed.add(name);
      return true;
    },
    release: async (name) => void claimed.delete(name),
    async send(request) {
      if (state.broken) throw new Error("the queue is away");
      sent.push(request);
    },
    log: () => undefined,
  });
  return { handler, sent, state };
}

describe("clicks from Slack", () => {
  it("become a request of the person that Slack names, once", async () => {
    const { handler, sent } = world();
    const click = signed(bodyOf("undo", "U0123456789"), "new-secret");
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
    for (const click of [
      signed(body, "another-secret"),
      { ...signed(body, "new-secret"), body: bodyOf("undo", "U0123456789") },
      { headers: {}, body, isBase64Encoded: false },
    ]) {
      const answer = await handler(click);
      assert.deepEqual([answer.statusCode, answer.body], [401, ""]);
    }
    assert.deepEqual(sent, []);
  });

  it("are taken in base64, and signed by a secret that was rotated since it was read", async () => {
    const { handler, sent, state } = world(["old-secret", "new-secret"]);
    const click = signed(bodyOf("approve", "U0123456789"), "new-secret");
    const encoded = { ...click, body: Buffer.from(click.body).toString("base64"), isBase64Encoded: true };
    assert.equal((await handler(encoded)).statusCode, 200);
    assert.deepEqual([sent.length, state.reads], [1, 2]);
  });

  it("of people who may not are told so to them alone", async () => {
    const { handler, sent } = world();
    const answer = await handler(signed(bodyOf("approve", "U0123456780"), "new-secret"));
    assert.match(
      String(answer.body),
      /"response_type":"ephemeral".*needs the role approver or administrator; you are viewer/,
    );
    assert.deepEqual(sent, []);
  });

  it("can be repeated where the queue was away", async () => {
    const { handler, sent, state } = world();
    const click = signed(bodyOf("undo", "U0123456789"), "new-secret");
    state.broken = true;
    await assert.rejects(handler(click), /the queue is away/);
    state.broken = false;
    assert.equal((await handler(click)).statusCode, 200);
    assert.equal(sent.length, 1);
  });
});
