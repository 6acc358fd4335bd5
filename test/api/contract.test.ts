import assert from "node:assert/strict";
import { z } from "zod";
import {
  AccountDetailBody,
  AccountReadinessBody,
  AdminBody,
  AuditEntryBody,
  AuditVerificationBody,
  ListedAccountBody,
  NewTokenBody,
  OperationBody,
  ProblemBody,
  ReadinessBody,
  TokenBody,
} from "../../api/http/schemas.ts";
import { type Serving, serve } from "./serving.ts";

type Json = Record<string, unknown>;

describe("the API's description", () => {
  let serving: Serving;
  let document: { openapi: string; paths: Record<string, Record<string, Json>>; components: { schemas: Json } };
  before(async () => {
    serving = await serve();
    document = (await serving.call("GET", "/openapi.json")).body;
  });
  after(() => serving.stop());

  it("is OpenAPI 3.1 in which every reference leads somewhere", () => {
    assert.equal(document.openapi, "3.1.0");
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, reference]) => reference ?? "",
    );
    assert.ok(references.length > 20);
    for (const reference of references) {
      const [, name] = /^#\/components\/schemas\/(\w+)$/.exec(reference) ?? [];
      assert.ok(name !== undefined && name in document.components.schemas, reference);
    }
  });

  it("has what the contract lists", () => {
    const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    for (const call of [
      "POST /accounts",
      "GET /accounts",
      "GET /accounts/{accountId}",
      "PATCH /accounts/{accountId}",
      "DELETE /accounts/{accountId}",
      ...["previews", "deployments", "drift-checks"].flatMap((verb) => [
        `POST /accounts/{accountId}/${verb}`,
        `POST /admin/${verb}`,
      ]),
      "GET /admin",
      "GET /operations",
      "GET /operations/{operationId}",
      "POST /operations/{operationId}/cancel",
      "GET /operations/{operationId}/events",
      "GET /tokens",
      "POST /tokens",
      "DELETE /tokens/{tokenId}",
      "GET /audit",
      "GET /audit/verify",
      "GET /changes",
      "GET /changes/{changeId}",
      "POST /changes/{changeId}/approve",
      "POST /changes/{changeId}/reject",
      "GET /healthz",
      "GET /readyz",
      "GET /metrics",
      "GET /openapi.json",
      "GET /docs",
    ]) {
      assert.ok(calls.includes(call), call);
    }
  });

  it("says of each call who may make it, what it takes and what it answers", () => {
    const ids = new Set<string>();
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, call] of Object.entries(methods)) {
        const at = `${method} ${path}`;
        assert.ok(typeof call.summary === "string" && Array.isArray(call.security) && Array.isArray(call.tags), at);
        ids.add(call.operationId as string);
        const declared = (call.parameters as Json[])
          .filter((parameter) => parameter.in === "path")
          .map(({ name }) => name);
        assert.deepEqual(
          declared,
          [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
          at,
        );
        for (const [status, answer] of Object.entries(call.responses as Record<string, { content?: Json }>)) {
          if (Number(status) >= 400 && status !== "503")
            assert.ok(answer.content?.["application/problem+json"], `${at} ${status}`);
        }
      }
    }
    assert.equal(ids.size, Object.values(document.paths).flatMap(Object.keys).length);
  });

  it("describes every call that the service answers, and no other", async () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      const url = path.replaceAll(/\{\w+\}/g, "x");
      const options = await serving.call("OPTIONS", url, { token: null });
      const allowed = (options.headers.get("allow") ?? "")
        .split(", ")
        .filter((name) => name !== "HEAD" && name !== "OPTIONS");
      assert.deepEqual(
        allowed.toSorted(),
        Object.keys(methods)
          .map((name) => name.toUpperCase())
          .toSorted(),
        path,
      );
    }
  });

  it("says of each write that it takes an Idempotency-Key, and of each resource with an ETag how it is guarded", () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, call] of Object.entries(methods)) {
        const at = `${method} ${path}`;
        const headers = (call.parameters as Json[])
          .filter((parameter) => parameter.in === "header")
          .map(({ name }) => name);
        const answers = call.responses as Record<string, Json>;
        assert.equal(headers.includes("Idempotency-Key"), method !== "get", at);
        if (method === "get") {
          assert.equal("304" in answers, headers.includes("If-None-Match"), at);
          // One resource by its id, but for streams.
          if (/\}$/.test(path) && !path.startsWith("/problems")) assert.ok("304" in answers, at);
        } else {
          for (const status of ["409", "412", "422", "429"]) assert.ok(status in answers, `${at} ${status}`);
        }
      }
    }
  });

  it("holds for the answers", async () => {
    // Strict, so that a member that the description lacks is found.
    const strict = (schema: z.ZodObject) => z.strictObject(schema.shape);
    const accepted = await serving.call("POST", "/accounts", {
      body: { accountId: "100000000001", owner: "clearing" },
    });
    strict(OperationBody).parse(accepted.body);
    strict(OperationBody).parse(await serving.ended(accepted.body.id));
    const drift = await serving.call("POST", "/accounts/100000000001/drift-checks");
    assert.equal((await serving.ended(drift.body.id)).status, "succeeded");
    const preview = await serving.call("POST", "/accounts/100000000001/previews");
    strict(OperationBody).parse(await serving.ended(preview.body.id));
    strict(AccountReadinessBody).parse((await serving.call("GET", "/accounts/100000000001/readiness")).body);
    for (const item of (await serving.call("GET", "/accounts")).body.items) strict(ListedAccountBody).parse(item);
    for (const item of (await serving.call("GET", "/operations")).body.items) strict(OperationBody).parse(item);
    strict(AccountDetailBody).parse((await serving.call("GET", "/accounts/100000000001")).body);
    strict(AdminBody).parse((await serving.call("GET", "/admin")).body);
    strict(ReadinessBody).parse((await serving.call("GET", "/readyz")).body);
    strict(ProblemBody).parse((await serving.call("GET", "/accounts/1")).body);
    const token = await serving.call("POST", "/tokens", { body: { name: "ci", role: "viewer" } });
    strict(NewTokenBody).parse(token.body);
    strict(TokenBody).parse((await serving.call("GET", token.headers.get("location") ?? "")).body);
    for (const item of (await serving.call("GET", "/audit")).body.items) strict(AuditEntryBody).parse(item);
    strict(AuditVerificationBody).parse((await serving.call("GET", "/audit/verify")).body);
  });

  it("is a page too, which loads nothing from anywhere", async () => {
    const page = await serving.call("GET", "/docs", { token: null });
    assert.match(page.headers.get("content-type") ?? "", /^text\/html/);
    assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'none'/);
    assert.match(page.text, /\/accounts\/\{accountId\}\/drift-checks/);
    assert.doesNotMatch(page.text, /<script|src=|https?:\/\/|@import/);
  });
});
