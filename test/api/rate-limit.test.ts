import assert from "node:assert/strict";
import fc from "fast-check";
import { createAllowances } from "../../api/http/allowance.ts";
import { type Serving, serve, token } from "./serving.ts";

describe("an allowance", () => {
  it("is never exceeded in any window, and is whole again after one", () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.constantFrom("a", "b")), { maxLength: 300 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 20 }), (asked, quota) => {
        let now = 1_000;
        const windowMs = 1_000;
        const allowances = createAllowances({ quota, windowMs }, 10, () => now);
        const spent: number[] = [];
        for (const [pause, caller] of asked) {
          now += pause;
          const looked = allowances.look(caller);
          const found = allowances.spend(caller);
          assert.equal(looked.allowed, found.allowed);
          if (found.allowed) assert.equal(found.remaining, looked.remaining - 1);
          else assert.ok(found.retryAfterMs > 0 && found.retryAfterMs <= windowMs / quota + 1);
          if (found.allowed && caller === "a") spent.push(now);
        }
        // At once its quota, and as many again over the window.
        for (const from of spent) {
          const inWindow = spent.filter((at) => at >= from && at < from + windowMs).length;
          assert.ok(inWindow <= 2 * quota, `${inWindow} of ${quota}`);
        }
        now += windowMs;
        assert.equal(allowances.look("a").remaining, quota);
      }),
    );
  });

  it("lets a caller on after the time that it was told", () => {
    let now = 0;
    const allowances = createAllowances({ quota: 7, windowMs: 60_000 }, 10, () => now);
    for (let request = 0; request < 7; request++) assert.ok(allowances.spend("a").allowed);
    const { allowed, retryAfterMs } = allowances.spend("a");
    assert.ok(!allowed);
    now += Math.ceil(retryAfterMs);
    assert.ok(allowances.spend("a").allowed);
    assert.ok(!allowances.spend("a").allowed);
  });

  it("is kept for a bounded number of callers, the quiet ones making room", () => {
    const allowances = createAllowances({ quota: 2, windowMs: 60_000 }, 100, () => 0);
    for (let caller = 0; caller < 5_000; caller++) {
      allowances.spend("busy");
      allowances.spend(`stranger-${caller}`);
      assert.ok(allowances.callers <= 100);
    }
  });
});

describe("the limit on requests", () => {
  let serving: Serving;
  beforeEach(async () => {
    serving = await serve({ options: { rateLimit: 100 } });
  });
  afterEach(() => serving.stop());

  it("is told with every answer, and answers 429 with Retry-After above it, per principal", async () => {
    const { body } = await serving.call("POST", "/tokens", { body: { name: "other", role: "viewer" } });
    const answers = await Promise.all(Array.from({ length: 150 }, () => serving.call("GET", "/accounts")));
    const refused = answers.filter(({ status }) => status === 429);
    assert.ok(refused.length > 0 && refused.length <= 51);
    for (const { headers, body } of refused) {
      assert.equal(body.type, "/problems/too-many-requests");
      assert.match(headers.get("retry-after") ?? "", /^[1-9]\d*$/);
      assert.match(headers.get("ratelimit") ?? "", /^"principal";r=0;t=\d+$/);
    }
    const [served] = answers;
    assert.equal(served?.headers.get("ratelimit-policy"), '"principal";q=100;w=60');
    assert.match(served?.headers.get("ratelimit") ?? "", /^"principal";r=\d+;t=\d+$/);
    assert.equal((await serving.call("GET", "/accounts", { token: body.token })).status, 200);
    for (const path of ["/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"]) {
      assert.equal((await serving.call("GET", path)).status, 200, path);
    }
  });

  it("stops guesses of tokens, the right one among them, but no client with a token that can't be guessed", async () => {
    const { body } = await serving.call("POST", "/tokens", { body: { name: "ci", role: "viewer" } });
    const guesses = await Promise.all(
      Array.from({ length: 80 }, (_, guess) => serving.call("GET", "/accounts", { token: `guess-number-${guess}` })),
    );
    assert.ok(guesses.filter(({ status }) => status === 401).length >= 60);
    const refused = guesses.filter(({ status }) => status === 429);
    assert.ok(refused.length > 0);
    for (const { headers } of refused) assert.match(headers.get("retry-after") ?? "", /^[1-9]/);
    assert.equal((await serving.call("GET", "/accounts", { token })).status, 429, "a right guess is told no sooner");
    assert.equal((await serving.call("GET", "/accounts", { token: body.token })).status, 200);
  });

  it("goes by the caller's address behind a proxy that is trusted, and by nobody's word else", async () => {
    const proxied = await serve({ database: serving.database, options: { trustedProxies: ["127.0.0.1"] } });
    try {
      const guess = (from: string, to: Serving) =>
        to.call("GET", "/accounts", { token: "a-wrong-token", headers: { "x-forwarded-for": from } });
      for (let tried = 0; tried < 70; tried++) await guess("203.0.113.7", proxied);
      assert.equal((await guess("203.0.113.7", proxied)).status, 429);
      assert.equal((await guess("203.0.113.8", proxied)).status, 401);
      for (let tried = 0; tried < 70; tried++) await guess(`2001:db8::${tried}`, proxied);
      assert.equal((await guess("2001:db8::ffff", proxied)).status, 429, "of one network");
      for (let tried = 0; tried < 70; tried++) await guess(`203.0.113.${tried}`, serving);
      assert.equal((await guess("203.0.113.99", serving)).status, 429, "a header that anybody can send");
    } finally {
      await proxied.stop();
    }
  });
});

describe("the limit on requests, as it is by default", () => {
  it("lets one client read 200 times a second", async () => {
    const serving = await serve();
    try {
      for (let second = 0; second < 3; second++) {
        const answers = await Promise.all(
          Array.from({ length: 200 }, () => serving.call("GET", "/operations?limit=1")),
        );
        assert.ok(answers.every(({ status }) => status === 200));
      }
    } finally {
      await serving.stop();
    }
  });
});
