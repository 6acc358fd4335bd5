import assert from "node:assert/strict";
import { sql } from "kysely";
import { writeAudit } from "../../api/store/audit.ts";
import { type Db, openDatabase } from "../../api/store/connection.ts";
import { freshDatabase } from "./database.ts";
import { gate, settings } from "./fakes.ts";
import { type Serving, serve } from "./serving.ts";

interface Entry {
  readonly entry: number;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly requestId?: string;
}

describe("the audit", () => {
  let serving: Serving;
  before(async () => {
    serving = await serve();
  });
  after(() => serving.stop());

  const entries = async (query = ""): Promise<Entry[]> =>
    (await serving.call("GET", `/audit?limit=500${query}`)).body.items;
  const verify = async (query = "") => (await serving.call("GET", `/audit/verify${query}`)).body;

  it("has an entry for every call that changes something, with the request's id, and for every end", async () => {
    const held = gate();
    const written: [string, string][] = [];
    async function made(method: string, path: string, action: string, body?: unknown) {
      const requestId = `request-${written.length}`;
      const headers = { "x-request-id": requestId };
      const answer = await serving.call(method, path, { headers, ...(body === undefined ? {} : { body }) });
      assert.ok(answer.status < 300, `${method} ${path}: ${answer.text}`);
      assert.equal(answer.headers.get("x-request-id"), requestId);
      const found = (await entries()).filter((entry) => entry.requestId === requestId);
      assert.deepEqual(
        found.map((entry) => [entry.action, entry.actor]),
        [[action, "bootstrap"]],
        `${method} ${path}`,
      );
      written.push([method, path]);
      return answer.body;
    }
    const onboarded = await made("POST", "/accounts", "operation.onboard", { accountId: "100000000001" });
    await serving.ended(onboarded.id);
    await made("PATCH", "/accounts/100000000001", "account.update", { owner: "clearing" });
    for (const target of ["/accounts/100000000001", "/admin"]) {
      for (const [path, kind] of [
        ["previews", "preview"],
        ["deployments", "deploy"],
        ["drift-checks", "drift_check"],
      ]) {
        const { id } = await made("POST", `${target}/${path}`, `operation.${kind}`);
        await serving.ended(id);
        assert.ok((await entries(`&target=${id}`)).some(({ action }) => action === "operation.succeeded"));
      }
    }
    serving.runner.behave = held.behave;
    const running = await made("POST", "/admin/deployments", "operation.deploy", { refresh: true });
    await held.entered;
    await made("POST", `/operations/${running.id}/cancel`, "operation.cancel");
    await serving.ended(running.id);
    assert.ok((await entries(`&target=${running.id}`)).some(({ action }) => action === "operation.cancelled"));
    serving.runner.behave = () => ({});
    const accounts = ["100000000001"];
    const token = await made("POST", "/tokens", "token.create", { name: "ci", role: "team", accounts });
    assert.deepEqual(
      (await serving.call("GET", `/audit?target=${token.id}`)).body.items.map(
        ({ detail }: { detail: object }) => detail,
      ),
      [{ name: "ci", role: "team", accounts }],
    );
    await made("DELETE", `/tokens/${token.id}`, "token.delete");
    await made("PUT", "/response/kill-switch", "response.kill-switch", { on: true, reason: "a drill" });
    const offboarded = await made("DELETE", "/accounts/100000000001?confirm=100000000001", "operation.offboard");
    await serving.ended(offboarded.id);
    const { management } = settings.accounts;
    const takenOff = await made("DELETE", `/admin?confirm=${management}`, "operation.offboard");
    await serving.ended(takenOff.id);

    // Whoever adds a writing route adds it above, too. Changes are decided on in changes.test.ts, what weakens in weakenings.test.ts,
    // incidents are answered in response.test.ts.
    const { paths } = (await serving.call("GET", "/openapi.json")).body as { paths: Record<string, object> };
    for (const [path, methods] of Object.entries(paths)) {
      if (/^\/(changes|remediations)\b|\/extensions\//.test(path)) continue;
      for (const method of Object.keys(methods).filter((name) => name !== "get")) {
        const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}(\\?.*)?$`);
        const done = written.some(([verb, made]) => verb === method.toUpperCase() && pattern.test(made));
        assert.ok(done, `${method} ${path} has no test that it is audited`);
      }
    }
  });

  it("has no entry of what was refused", async () => {
    const before = (await entries()).length;
    await serving.call("POST", "/accounts", { body: { accountId: "nothing" } });
    await serving.call("DELETE", "/tokens/tok-none");
    await serving.call("POST", "/tokens", { body: { name: "bootstrap", role: "viewer" } });
    assert.equal((await entries()).length, before);
  });

  it("is read newest first, by actor, action and target, in pages that stay whole while it grows", async () => {
    const all = await entries();
    const numbers = all.map(({ entry }) => entry);
    assert.deepEqual(
      numbers,
      numbers.toSorted((one, other) => other - one),
    );
    const deployed = await entries("&action=operation.deploy");
    assert.ok(deployed.length >= 3 && deployed.every(({ action }) => action === "operation.deploy"));
    assert.deepEqual(await entries("&actor=nobody"), []);
    const seen: number[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? "" : `&cursor=${cursor}`;
      const { body } = await serving.call("GET", `/audit?limit=5${query}`);
      seen.push(...body.items.map(({ entry }: Entry) => entry));
      cursor = body.nextCursor;
      await writeAudit(serving.db, { actor: "meanwhile", action: "test", target: "page" });
    } while (cursor !== null);
    assert.deepEqual(seen, numbers);
  });

  it("is a chain without forks or gaps when many write at once from several connections", async () => {
    const database = await freshDatabase();
    const dbs = [1, 2, 3].map(() => openDatabase(database, { connections: 5, onError: () => undefined }));
    await Promise.all(
      Array.from({ length: 150 }, (_, index) =>
        (dbs[index % 3] as Db).transaction().execute(async (transaction) => {
          await writeAudit(transaction, { actor: "a", action: "test", target: String(index), detail: { ü: [index] } });
          if (index % 5 === 0) await writeAudit(transaction, { actor: "b", action: "second", target: String(index) });
          // One that is rolled back leaves no gap.
          if (index % 7 === 0) throw new Error("rolled back");
        }),
      ).map((written) => written.catch(() => undefined)),
    );
    const [db] = dbs as [Db];
    const rows = await db.selectFrom("audit").selectAll().orderBy("seq").execute();
    assert.deepEqual(
      rows.map(({ seq }) => seq),
      rows.map((_, index) => index + 1),
    );
    for (const [index, row] of rows.entries()) {
      if (index > 0) assert.ok(row.prevHash.equals(rows[index - 1]?.hash ?? Buffer.alloc(0)));
    }
    await Promise.all(dbs.map((each) => each.destroy()));
  });

  it("refuses to be changed, shortened or emptied, also by who owns it", async () => {
    for (const statement of [
      "update audit set actor = 'x' where seq = 1",
      "update audit set hash = null where seq = 1",
      "delete from audit where seq = 1",
      "truncate audit",
    ]) {
      await assert.rejects(sql.raw(statement).execute(serving.db), /append-only/, statement);
    }
    await assert.rejects(
      serving.db.transaction().execute(async (transaction) => {
        await writeAudit(transaction, { actor: "x", action: "forged", target: "x" });
        await sql`update audit set seq = 7, prev_hash = ''::bytea, hash = ''::bytea where hash is null`.execute(
          transaction,
        );
      }),
    );
    assert.equal((await verify()).ok, true);
  });

  it("finds what was edited, removed, added, moved or cut off by who got past all that", async () => {
    const whole = await verify();
    const count = whole.entries;
    assert.equal(whole.ok, true);
    assert.match(whole.head, /^[0-9a-f]{64}$/);
    const noted = `?entries=${count}&head=${whole.head}`;
    assert.equal((await verify(noted)).ok, true);

    const tampered: [string, string[], number, string?][] = [
      ["the actor", ["update audit set actor = 'mallory' where seq = 3"], 3],
      ["the time, by a microsecond", ["update audit set at = at + interval '1 microsecond' where seq = 3"], 3],
      ["the detail", [`update audit set detail = detail || '{"x":1}' where seq = 4`], 4],
      ["one removed", ["delete from audit where seq = 5"], 5],
      [
        "one removed, the rest moved up",
        [
          "delete from audit where seq = 5",
          "update audit set seq = -seq where seq > 5",
          "update audit set seq = -seq - 1 where seq < 0",
        ],
        5,
      ],
      [
        "two exchanged",
        [
          "update audit set seq = -1 where seq = 6",
          "update audit set seq = 6 where seq = 7",
          "update audit set seq = 7 where seq = -1",
        ],
        6,
      ],
      [
        "the hash recomputed, too",
        [
          "update audit set actor = 'mallory', hash = sha256(prev_hash || convert_to(jsonb_build_array(seq, to_char(at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), 'mallory', action, target, request_id, detail)::text, 'UTF8')) where seq = 3",
        ],
        4,
      ],
      [
        "one added at the end",
        [
          `insert into audit (seq, actor, action, target, prev_hash, hash) values (${count + 1}, 'm', 'x', 'x', '', '')`,
        ],
        count + 1,
      ],
      ["one added beside it", ["insert into audit (actor, action, target) values ('m', 'x', 'x')"], count + 1],
      ["the end cut off", [`delete from audit where seq = ${count}`], count],
      [
        "the end cut off and the head mended",
        [
          `delete from audit where seq = ${count}`,
          `update audit_head set seq = ${count - 1}, hash = (select hash from audit where seq = ${count - 1})`,
        ],
        count,
        noted,
      ],
      ["another head noted", ["select 1"], 2, `?entries=2&head=${"0".repeat(64)}`],
    ];
    for (const [title, statements, entry, query] of tampered) {
      const undo = new Error("undo");
      // In a transaction that is undone; the service looks at the state through it.
      await serving.db
        .transaction()
        .execute(async (transaction) => {
          await sql`set local session_replication_role = replica`.execute(transaction);
          for (const statement of statements) await sql.raw(statement).execute(transaction);
          const { verifyAudit } = await import("../../api/store/audit.ts");
          const [, entriesNoted, head] = /entries=(\d+)&head=(\w+)/.exec(query ?? "") ?? [];
          const found = await verifyAudit(
            transaction,
            head === undefined ? undefined : { entries: Number(entriesNoted), hash: Buffer.from(head, "hex") },
          );
          assert.equal(found.ok, false, title);
          assert.equal(found.firstBroken?.entry, entry, `${title}: ${found.firstBroken?.reason}`);
          throw undo;
        })
        .catch((error) => {
          if (error !== undo) throw error;
        });
    }
    assert.deepEqual(await verify(), whole);
  });

  it("is verified in pieces, so that a long one does not fill the memory", async () => {
    const rows = sql`insert into audit (actor, action, target, detail)
      select 'bulk', 'test', 'n' || n, jsonb_build_object('text', repeat('x', 400)) from generate_series(1, 3500) n`;
    const begun = performance.now();
    await rows.execute(serving.db);
    const appended = performance.now();
    const found = await verify();
    assert.equal(found.ok, true, JSON.stringify(found));
    assert.ok(found.entries > 3500);
    console.log(
      `      3500 entries in one transaction: ${Math.round(appended - begun)} ms; verified: ${Math.round(performance.now() - appended)} ms`,
    );
  });

  it("is for auditors and administrators, and takes a head whole or not at all", async () => {
    for (const [role, status] of [
      ["approver", 403],
      ["auditor", 200],
    ] as const) {
      const { body } = await serving.call("POST", "/tokens", { body: { name: `looker-${role}`, role } });
      for (const path of ["/audit", "/audit/verify"]) {
        assert.equal((await serving.call("GET", path, { token: body.token })).status, status);
      }
    }
    for (const query of ["?entries=1", `?head=${"0".repeat(64)}`, "?entries=1&head=x", "?entries=0&head=x"]) {
      assert.equal((await serving.call("GET", `/audit/verify${query}`)).status, 400, query);
    }
  });
});
