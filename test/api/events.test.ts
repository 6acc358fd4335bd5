import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { gate } from "./fakes.ts";
import { type Serving, serve, token } from "./serving.ts";

interface Event {
  readonly id: number;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

function parse(text: string): Event[] {
  return text
    .split("\n\n")
    .filter((block) => block.startsWith("id: "))
    .map((block) => {
      const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s).slice(0, 2)));
      return { id: Number(fields.id), event: fields.event, data: JSON.parse(fields.data) };
    });
}

describe("the events of an operation", () => {
  let serving: Serving;
  beforeEach(async () => {
    serving = await serve();
  });
  afterEach(() => serving.stop());

  it("arrive while it runs, with ids from 1 without gaps, and end with its final status", async () => {
    const held = gate();
    serving.runner.behave = async (request, hooks) => {
      for (let step = 1; step <= 300; step++) hooks.onEvent({ type: "progress", message: `step ${step}` });
      return held.behave(request, hooks);
    };
    const { body } = await serving.call("POST", "/accounts", { body: { accountId: "100000000001" } });
    await held.entered;
    const response = await fetch(`${serving.service.url}/operations/${body.id}/events`, {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      if (/step 300"/.test(text)) held.open();
    }
    const events = parse(text);
    assert.deepEqual(
      events.map(({ id }) => id),
      events.map((_, index) => index + 1),
    );
    assert.equal(events.at(-1)?.data.status, "succeeded");
    assert.equal(
      events.filter(({ event, data }) => event === "progress" && /^step/.test(String(data.message))).length,
      300,
    );
  });

  it("are replayed after Last-Event-ID, also by another service on the same database", async () => {
    const { body } = await serving.call("POST", "/accounts", { body: { accountId: "100000000001" } });
    await serving.ended(body.id);
    const path = `/operations/${body.id}/events`;
    const all = parse((await serving.call("GET", path)).text);
    const other = await serve({ database: serving.database, options: { role: "api" } });
    try {
      const rest = parse((await other.call("GET", path, { headers: { "last-event-id": "2" } })).text);
      assert.deepEqual(rest, all.slice(2));
      const nothing = await other.call("GET", path, { headers: { "last-event-id": String(all.length) } });
      assert.equal(nothing.status, 204);
      const wrong = await other.call("GET", path, { headers: { "last-event-id": "x" } });
      assert.equal(wrong.status, 400);
      assert.equal(wrong.body.errors[0].field, "Last-Event-ID");
    } finally {
      await other.stop();
    }
  });

  it("reach readers of every process, and a stopping service lets them go", async () => {
    const held = gate();
    serving.runner.behave = held.behave;
    const { body } = await serving.call("POST", "/accounts", { body: { accountId: "100000000001" } });
    await held.entered;
    const other = await serve({ database: serving.database, options: { role: "api" } });
    const reading = other.call("GET", `/operations/${body.id}/events`);
    await sleep(100);
    held.open();
    assert.equal(parse((await reading).text).at(-1)?.data.status, "succeeded");

    const second = gate();
    serving.runner.behave = second.behave;
    const { body: next } = await serving.call("POST", "/admin/deployments");
    await second.entered;
    const cut = other.call("GET", `/operations/${next.id}/events`);
    await sleep(100);
    await other.stop();
    const told = parse((await cut).text).filter(({ event }) => event === "status");
    assert.deepEqual(
      told.map(({ data }) => data.status),
      ["queued", "running"],
    );
    second.open();
    await serving.ended(next.id);
  });
});
