import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createParser } from "eventsource-parser";
import { createEventStreams } from "../../api/http/event-stream.ts";
import { gate } from "./fakes.ts";
import { type Serving, serve, token } from "./serving.ts";

const entry = new URL("./reading-service.ts", import.meta.url).pathname;

async function startReadingService({ database }: Serving): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [entry, JSON.stringify({ database, token })], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout as NonNullable<ChildProcess["stdout"]>, "data")) as [Buffer];
  return { child, url: String(line).trim() };
}

interface Read {
  readonly id: number;
  readonly type: string;
  readonly data: { readonly status?: string; readonly message?: string };
}

/** Reads the stream after `lastId` until it ends or breaks. */
async function follow(
  url: string,
  operationId: string,
  lastId: number,
  onEvent: (event: Read) => void,
): Promise<number> {
  const response = await fetch(`${url}/operations/${operationId}/events`, {
    headers: { authorization: `Bearer ${token}`, ...(lastId === 0 ? {} : { "last-event-id": String(lastId) }) },
  });
  const parser = createParser({
    onEvent: ({ id, event = "", data }) => onEvent({ id: Number(id), type: event, data: JSON.parse(data) }),
  });
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
  } catch {
    // The process was killed.
  }
  return response.status;
}

describe("the stream of an operation's events", () => {
  let serving: Serving;
  beforeEach(async () => {
    serving = await serve();
  });
  afterEach(() => serving.stop());

  async function startOperation(): Promise<{ id: string; tell(message: string): void; end(): void }> {
    const held = gate();
    let tell: (message: string) => void = () => undefined;
    serving.runner.behave = async (request, hooks) => {
      tell = (message) => hooks.onEvent({ type: "progress", message });
      return held.behave(request, hooks);
    };
    const { body } = await serving.call("POST", "/accounts", { body: { accountId: "100000000001" } });
    await held.entered;
    return { id: body.id, tell: (message) => tell(message), end: held.open };
  }

  it("goes on exactly where it was when the service is killed or stopped and starts again", async () => {
    const { id, tell, end } = await startOperation();
    const heard: Read[] = [];
    let told = 0;
    const telling = setInterval(() => tell(`step ${++told}`), 3);
    try {
      for (const signal of ["SIGKILL", "SIGTERM", "SIGKILL", "SIGKILL"] as const) {
        const { child, url } = await startReadingService(serving);
        const enough = heard.length + 150;
        await follow(url, id, heard.at(-1)?.id ?? 0, (event) => {
          heard.push(event);
          if (heard.length === enough) child.kill(signal);
        });
        if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      }
    } finally {
      clearInterval(telling);
    }
    end();
    await follow(serving.service.url, id, heard.at(-1)?.id ?? 0, (event) => heard.push(event));
    assert.ok(heard.length > 600);
    assert.deepEqual(
      heard.map((event) => event.id),
      heard.map((_, index) => index + 1),
      "each once, in order, none missing",
    );
    const steps = heard.filter(({ data }) => /^step/.test(data.message ?? "")).map(({ data }) => data.message);
    assert.deepEqual(
      steps,
      steps.map((_, index) => `step ${index + 1}`),
    );
    assert.equal(heard.at(-1)?.data.status, "succeeded");
  });

  it("reaches a hundred readers at once, and takes little memory", async () => {
    const { id, tell, end } = await startOperation();
    for (let step = 0; step < 300; step++) tell(`before ${step}`);
    await sleep(200);
    const before = process.memoryUsage.rss();
    const counts = Array.from({ length: 100 }, () => 0);
    const readers = counts.map((_, reader) =>
      follow(serving.service.url, id, 0, (event) => {
        assert.equal(event.id, (counts[reader] ?? 0) + 1);
        counts[reader] = event.id;
      }),
    );
    while (counts.some((count) => count < 300)) await sleep(20);
    for (let step = 0; step < 500; step++) {
      tell(`after ${step}`);
      if (step % 10 === 0) await sleep(5);
    }
    end();
    assert.ok((await Promise.all(readers)).every((status) => status === 200));
    assert.equal(new Set(counts).size, 1);
    assert.ok((counts[0] ?? 0) > 800);
    const grown = Math.round((process.memoryUsage.rss() - before) / 1e6);
    console.log(`      100 readers, ${counts[0]} events each: ${grown} MB more, readers and service in one process`);
  });

  it("beats while nothing happens, and lets go of a reader that takes nothing, or whose token was deleted", async () => {
    const { id, tell, end } = await startOperation();
    const waiting = new Set<(payload: string | undefined) => void>();
    const listener = {
      subscribe(_channel: unknown, hear: (payload: string | undefined) => void) {
        waiting.add(hear);
        return () => waiting.delete(hear);
      },
      close: async () => undefined,
    };
    const streams = createEventStreams({ db: serving.db, listener, heartbeatMs: 50, stalledMs: 300 });
    const { createServer } = await import("node:http");
    const { default: express } = await import("express");
    const row = await serving.db.selectFrom("operations").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
    let ended = 0;
    let permitted = true;
    const app = express().use((request, response) => {
      streams.serve(row, { request, response, stillPermitted: async () => permitted }).finally(() => {
        ended += 1;
      });
    });
    const server = createServer(app).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const quiet = connect(port, "127.0.0.1");
    quiet.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    let text = "";
    quiet.on("data", (chunk) => {
      text += String(chunk);
    });
    while ((text.match(/: heartbeat/g) ?? []).length < 3) await sleep(20);
    // Without any notification, what happened meanwhile comes with a heartbeat.
    tell("quietly");
    while (!text.includes("quietly")) await sleep(20);
    quiet.destroy();
    while (ended < 1) await sleep(20);

    const stuck = connect(port, "127.0.0.1");
    stuck.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    stuck.pause();
    for (let step = 0; step < 400; step++) tell("x".repeat(50_000));
    while (ended < 2) await sleep(20);
    stuck.destroy();

    permitted = false;
    const revoked = connect(port, "127.0.0.1");
    revoked.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    revoked.resume();
    while (ended < 3) await sleep(20);
    revoked.destroy();
    end();
    await serving.ended(id);
    streams.close();
    server.closeAllConnections();
    server.close();
  });

  it("refuses an id that the operation never had, and says what became of events that are too old", async () => {
    const { id, end } = await startOperation();
    end();
    await serving.ended(id);
    const path = `/operations/${id}/events`;
    const { text } = await serving.call("GET", path);
    const last = Number([...text.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1]);
    for (const wrong of [String(last + 1), "-1", "1.5", "x", "99999999999999999999"]) {
      const answer = await serving.call("GET", path, { headers: { "last-event-id": wrong } });
      assert.equal(answer.status, 400, wrong);
      assert.equal(answer.body.errors[0].field, "Last-Event-ID");
    }
    await serving.db.deleteFrom("operationEvents").where("operationId", "=", id).execute();
    await serving.db.updateTable("operations").set({ trimmedAt: new Date() }).where("id", "=", id).execute();
    for (const headers of [{}, { "last-event-id": "1" }]) {
      const gone = await serving.call("GET", path, { headers });
      assert.equal(gone.status, 410);
      assert.equal(gone.body.type, "/problems/events-expired");
      assert.equal(gone.body.operationId, id);
    }
    assert.equal((await serving.call("GET", path, { headers: { "last-event-id": String(last) } })).status, 204);
  });

  it("answers HEAD at once, with a request id as every answer", async () => {
    const { id, end } = await startOperation();
    const head = await serving.call("HEAD", `/operations/${id}/events`, { headers: { "x-request-id": "look-1" } });
    assert.equal(head.status, 200);
    assert.match(head.headers.get("content-type") ?? "", /^text\/event-stream/);
    assert.equal(head.headers.get("x-request-id"), "look-1");
    end();
    await serving.ended(id);
    assert.ok(serving.log.some((line) => /"requestId":"look-1"/.test(line)));
  });
});
