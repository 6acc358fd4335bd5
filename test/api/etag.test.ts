import assert from "node:assert/strict";
import fc from "fast-check";
import { etagOf, matchesStrongly, matchesWeakly, parseTags } from "../../api/http/etag.ts";
import { gate } from "./fakes.ts";
import { type Serving, serve } from "./serving.ts";

describe("entity tags", () => {
  const a = '"a"';
  for (const [header, strongly, weakly] of [
    ["*", true, true],
    ['"a"', true, true],
    ['"b", "a"', true, true],
    ['"b" , ,"a",', true, true],
    ['W/"a"', false, true],
    ['W/"b", "c"', false, false],
    ['"A"', false, false],
    ['"a,b"', false, false],
  ] as const) {
    it(`of ${header} ${strongly ? "match" : "do not match"} strongly, and ${weakly ? "match" : "do not match"} weakly`, () => {
      const tags = parseTags("If-Match", header);
      assert.equal(matchesStrongly(tags, a), strongly);
      assert.equal(matchesWeakly(tags, a), weakly);
    });
  }

  for (const header of ["", "a", '"a', '"a" "b"', "*, *", 'w/"a"', '"a"b', ","]) {
    it(`of ${JSON.stringify(header)} are refused`, () => {
      assert.throws(() => parseTags("If-Match", header), /If-Match: is not a list/);
    });
  }

  it("are read in time that grows with their length alone", () => {
    fc.assert(
      fc.property(fc.constantFrom(",", " ", "\t", '"', "W/", "a"), fc.nat(5_000), (part, times) => {
        try {
          parseTags("If-Match", `"a"${part.repeat(times)}`);
        } catch {}
      }),
    );
  });

  it("differ where bodies differ", () => {
    fc.assert(fc.property(fc.string(), fc.string(), (one, two) => (etagOf(one) === etagOf(two)) === (one === two)));
  });
});

describe("a resource's ETag", () => {
  let serving: Serving;
  let operationId: string;
  let tokenPath: string;
  before(async () => {
    serving = await serve();
    const { body } = await serving.call("POST", "/accounts", { body: { accountId: "100000000001" } });
    operationId = body.id;
    await serving.ended(body.id);
    const made = await serving.call("POST", "/tokens", { body: { name: "ci", role: "viewer" } });
    tokenPath = made.headers.get("location") ?? "";
  });
  after(() => serving.stop());

  const tagOf = async (path: string) => {
    const answer = await serving.call("GET", path);
    assert.equal(answer.status, 200, answer.text);
    const etag = answer.headers.get("etag") ?? "";
    assert.match(etag, /^"[\w-]{27}"$/, path);
    return etag;
  };
  const when = (etag: string) => ({ "if-match": etag });

  it("is on every single resource, and answers 304 to who knows it", async () => {
    for (const path of ["/accounts/100000000001", "/admin", `/operations/${operationId}`, tokenPath]) {
      const etag = await tagOf(path);
      for (const known of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
        const answer = await serving.call("GET", path, { headers: { "if-none-match": known } });
        assert.equal(answer.status, 304, `${path} ${known}`);
        assert.equal(answer.text, "");
        assert.equal(answer.headers.get("etag"), etag);
      }
      const head = await serving.call("HEAD", path, { headers: { "if-none-match": etag } });
      assert.equal(head.status, 304);
      assert.equal((await serving.call("HEAD", path)).headers.get("etag"), etag);
      assert.equal((await serving.call("GET", path, { headers: { "if-none-match": '"other"' } })).status, 200);
      assert.equal((await serving.call("GET", path, { headers: { "if-none-match": "other" } })).status, 400);
    }
  });

  it("changes with the resource, and is told with the change", async () => {
    const path = "/accounts/100000000001";
    const before = await tagOf(path);
    const changed = await serving.call("PATCH", path, { body: { owner: "risk" }, headers: when(before) });
    assert.equal(changed.status, 200, changed.text);
    const after = await tagOf(path);
    assert.notEqual(after, before);
    assert.equal(changed.headers.get("etag"), after);
    const late = await serving.call("PATCH", path, { body: { owner: "late" }, headers: when(before) });
    assert.equal(late.status, 412);
    assert.equal(late.body.type, "/problems/precondition-failed");
    assert.equal(late.headers.get("etag"), after);
    for (const etag of [`"x", ${after}`, "*"]) {
      const answer = await serving.call("PATCH", path, { body: { owner: "risk" }, headers: when(etag) });
      assert.equal(answer.status, 200, etag);
    }
    const weak = await serving.call("PATCH", path, { body: { owner: "x" }, headers: when(`W/${await tagOf(path)}`) });
    assert.equal(weak.status, 412, "a weak tag never matches strongly");
  });

  it("lets one of many writers win who have seen the same state", async () => {
    const path = "/accounts/100000000001";
    const seen = await tagOf(path);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        serving.call("PATCH", path, { body: { owner: `team-${index}` }, headers: when(seen) }),
      ),
    );
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    assert.equal(answers.filter(({ status }) => status === 412).length, 19);
    const winner = answers.find(({ status }) => status === 200);
    assert.equal((await serving.call("GET", path)).body.owner, winner?.body.owner);
  });

  it("guards deployments, offboarding, cancellation and tokens too, and nothing is done without it", async () => {
    const operations = async () => (await serving.call("GET", "/operations")).body.items.length;
    const before = await operations();
    const held = gate();
    serving.runner.behave = held.behave;
    for (const [method, path] of [
      ["POST", "/accounts/100000000001/deployments"],
      ["POST", "/accounts/100000000001/previews"],
      ["POST", "/admin/deployments"],
      ["DELETE", "/accounts/100000000001?confirm=100000000001"],
      ["DELETE", tokenPath],
      ["POST", "/accounts"],
      ["POST", "/tokens"],
    ] as const) {
      const body =
        path === "/accounts"
          ? { accountId: "100000000002" }
          : path === "/tokens"
            ? { name: "n", role: "viewer" }
            : undefined;
      const answer = await serving.call(method, path, {
        headers: when('"stale"'),
        ...(body === undefined ? {} : { body }),
      });
      assert.equal(answer.status, 412, `${method} ${path}: ${answer.text}`);
    }
    assert.equal(await operations(), before);
    const fresh = await tagOf("/admin");
    const accepted = await serving.call("POST", "/admin/deployments", { headers: when(fresh) });
    assert.equal(accepted.status, 202, accepted.text);
    await held.entered;
    const stale = accepted.headers.get("etag") ?? '"none"';
    const cancel = `/operations/${accepted.body.id}/cancel`;
    assert.equal((await serving.call("POST", cancel, { headers: when(stale) })).status, 412);
    const current = await tagOf(`/operations/${accepted.body.id}`);
    const cancelled = await serving.call("POST", cancel, { headers: when(current) });
    assert.equal(cancelled.status, 202, cancelled.text);
    await serving.ended(accepted.body.id);
    const token = await tagOf(tokenPath);
    assert.equal((await serving.call("DELETE", tokenPath, { headers: when(token) })).status, 204);
  });
});
