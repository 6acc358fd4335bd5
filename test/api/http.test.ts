import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import express from "express";
import { listen, stopListening } from "../../api/http/server.ts";
import { type Serving, serve } from "./serving.ts";

describe("the HTTP server", () => {
  let serving: Serving;
  before(async () => {
    serving = await serve();
  });
  after(() => serving.stop());

  async function raw(text: string, url = serving.service.url): Promise<string> {
    const { port, hostname } = new URL(url);
    const socket = connect(Number(port), hostname);
    let answer = "";
    socket.on("data", (chunk) => {
      answer += String(chunk);
    });
    socket.write(text);
    await once(socket, "close");
    return answer;
  }

  it("gives every answer an id, its own or the caller's, which stands in the problem, the log and the audit", async () => {
    const calls = [
      ["GET", "/accounts", 200],
      ["GET", "/nothing", 404],
      ["PUT", "/accounts", 405],
      ["GET", "/healthz", 200],
      ["POST", "/accounts", 400],
      ["OPTIONS", "/accounts", 204],
      ["HEAD", "/accounts", 200],
    ] as const;
    for (const [index, [method, path, status]] of calls.entries()) {
      const requestId = `trace-${index}`;
      const answer = await serving.call(method, path, { headers: { "x-request-id": requestId } });
      assert.equal(answer.status, status, path);
      assert.equal(answer.headers.get("x-request-id"), requestId);
      if (status >= 400) assert.equal(answer.body.requestId, requestId);
      assert.ok(serving.log.some((line) => line.includes(`"requestId":"${requestId}"`)));
      const own = await serving.call(method, path, { headers: { "x-request-id": 'not an id"{}' } });
      assert.match(own.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/);
    }
    const made = await serving.call("POST", "/admin/previews", { headers: { "x-request-id": "trace-audit" } });
    const { body } = await serving.call("GET", "/audit?action=operation.preview");
    assert.equal(body.items[0].requestId, "trace-audit");
    assert.equal(body.items[0].detail.id, made.body.id);
  });

  it("answers HEAD as GET, without the body", async () => {
    for (const path of ["/accounts", "/admin", "/healthz", "/openapi.json", "/docs", "/metrics"]) {
      const head = await serving.call("HEAD", path);
      const get = await serving.call("GET", path);
      assert.equal(head.status, get.status, path);
      assert.equal(head.text, "");
      assert.equal(head.headers.get("content-type"), get.headers.get("content-type"), path);
    }
  });

  it("answers what is no HTTP with 400 and closes the connection", async () => {
    assert.match(await raw("hello\r\n\r\n"), /^HTTP\/1\.1 400/);
    const header = `X: ${"x".repeat(20_000)}`;
    assert.match(await raw(`GET / HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n`), /^HTTP\/1\.1 431/);
  });

  it("cuts off who sends headers byte by byte, and who announces a body that does not come", async () => {
    const app = express().use((request, response) => {
      request.on("end", () => response.end()).resume();
    });
    const limits = { headersTimeout: 200, requestTimeout: 500, connectionsCheckingInterval: 50 };
    const server = await listen(app, { host: "127.0.0.1", port: 0 }, limits);
    const { port } = server.address() as { port: number };
    const url = `http://127.0.0.1:${port}`;
    const [headersLate, bodyLate] = await Promise.all([
      raw("GET / HTTP/1.1\r\nHost: x\r\n", url),
      raw("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{", url),
    ]);
    assert.match(headersLate, /^HTTP\/1\.1 408/);
    assert.match(bodyLate, /^(HTTP\/1\.1 408|$)/);
    await stopListening(server);
  });
});
