import assert from "node:assert/strict";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { StackRunError } from "../../stacks/errors.ts";
import { type Installation, install, leftovers } from "./probe/installation.ts";

const items = {
  one: { value: 1, region: "us-east-1", token: "marker-of-a-secret-input" },
  "two-us-west-2": { value: 2 },
};
/** The same once a resource has been replaced. */
const replaced: Record<string, Record<string, unknown>> = { ...items };
const hidden = { secretOutput: "marker-of-a-secret-output", outputs: { address: { id: "a-1" } } };

describe("a stack run", () => {
  let at: Installation;
  before(async () => {
    at = await install();
  });
  after(() => at.remove());

  const stateOf = async (stack: string) =>
    JSON.parse(await readFile(join(at.backend, `.pulumi/stacks/bulwark/${stack}.json`), "utf8")).checkpoint.latest;
  // Pulumi keeps the last checkpoint of a removed stack as `<stack>.json.bak`.
  const stacks = async () => {
    const names = await readdir(join(at.backend, ".pulumi/stacks/bulwark")).catch(() => []);
    return names.filter((name) => name.endsWith(".json"));
  };
  const failureOf = async (promise: Promise<unknown>): Promise<StackRunError> => {
    const error = await promise.then(
      () => assert.fail("the run succeeded"),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof StackRunError, String(error));
    return error;
  };

  it("previews a stack that does not exist, and leaves none behind", async () => {
    const { result, events } = await at.run(at.request("account-1", "preview", { items }));
    assert.deepEqual(result.changes, { create: 3, update: 0, replace: 0, delete: 0, same: 0, import: 0 });
    assert.equal(result.resources, 3);
    assert.deepEqual(await at.journal(), []);
    assert.deepEqual(await stacks(), []);
    const steps = events.filter((event) => event.type === "step");
    assert.deepEqual(new Set(steps.map(({ status }) => status)), new Set(["planned"]));
  });

  it("shows what is not known yet as such", async () => {
    const dependent = { first: {}, second: { of: "first" } };
    const { result } = await at.run(at.request("account-1", "preview", { items: dependent }));
    assert.equal(result.steps.find(({ name }) => name === "second")?.new?.value, "[unknown]");
  });

  it("deploys it, and tells every step when it begins and when it ends", async () => {
    const { result, events } = await at.run(at.request("account-1", "up", { items, ...hidden }));
    assert.equal(result.changes.create, 3);
    assert.equal(result.resources, 3);
    assert.deepEqual(result.outputs, { address: { id: "a-1" }, hidden: "[secret]" });
    const one = result.steps.find(({ name }) => name === "one");
    assert.equal(one?.op, "create");
    assert.equal(one?.accountId, "100000000001");
    assert.equal(one?.region, "us-east-1");
    assert.deepEqual(one?.new, { world: at.world, value: 1, region: "us-east-1", token: "[secret]" });
    const of = (name: string) =>
      events.flatMap((event) => (event.type === "step" && event.name === name ? [event] : []));
    assert.deepEqual(
      of("two-us-west-2").map(({ status, op, region }) => [status, op, region]),
      [
        ["started", "create", "us-west-2"],
        ["succeeded", "create", "us-west-2"],
      ],
    );
    assert.ok((of("one")[1]?.elapsedMs ?? -1) >= 0);
    // A resource waits for its provider.
    const order = events.flatMap((event) => (event.type === "step" ? [`${event.status} ${event.name}`] : []));
    assert.ok(order.indexOf("succeeded aws-100000000001") < order.indexOf("started one"));
  });

  it("changes nothing when nothing has changed", async () => {
    const before = await at.journal();
    const { result, events } = await at.run(at.request("account-1", "up", { items, ...hidden }));
    assert.deepEqual(result.changes, { create: 0, update: 0, replace: 0, delete: 0, same: 3, import: 0 });
    assert.deepEqual(result.steps, []);
    assert.equal(result.resources, 3);
    assert.deepEqual(result.outputs, { address: { id: "a-1" }, hidden: "[secret]" });
    assert.deepEqual(await at.journal(), before);
    assert.deepEqual(
      events.filter(({ type }) => type === "step"),
      [],
    );
  });

  it("keeps the salt of the stack's secrets from the first run to the last", async () => {
    const salt = (await stateOf("account-1")).secrets_providers.state.salt;
    assert.match(salt, /^v1:/);
    await at.run(at.request("account-1", "up", { items, ...hidden, outputs: { address: { id: "a-2" } } }));
    assert.equal((await stateOf("account-1")).secrets_providers.state.salt, salt);
    // A runner that has never seen the stack takes it from the state.
    const other = await install({ backendUrl: at.config.backendUrl, passphraseFile: at.config.passphraseFile });
    try {
      await other.run(other.request("account-1", "up", { items, ...hidden, world: at.world }));
      assert.equal((await stateOf("account-1")).secrets_providers.state.salt, salt);
    } finally {
      await other.remove();
    }
  });

  it("asks the engine for nothing that an earlier result told, and finds its way where that is no longer so", async () => {
    const { result } = await at.run(at.request("account-3", "up", { items: { one: {} } }));
    assert.ok(result.secrets?.encryptionsalt !== undefined);
    const other = await install({ backendUrl: at.config.backendUrl, passphraseFile: at.config.passphraseFile });
    try {
      const { secrets } = result;
      const preview = () => other.request("account-3", "preview", { world: at.world, items: { one: {} } }, { secrets });
      const engines: number[] = [];
      const hooks = { onEvent() {}, onEngine: (pid: number) => void engines.push(pid) };
      const again = await other.runner.run(preview(), hooks);
      assert.deepEqual([engines.length, again.changes.same, again.secrets], [1, 2, secrets]);
      await at.run(at.request("account-3", "destroy", { items: { one: {} } }));
      const gone = await other.runner.run(preview(), hooks);
      assert.deepEqual([gone.changes.create, gone.secrets], [2, undefined]);
    } finally {
      await other.remove();
    }
  });

  it("counts a replacement once, with both sides and what changed", async () => {
    replaced.one = { ...items.one, immutable: "b" };
    const { result } = await at.run(at.request("account-1", "up", { items: replaced, ...hidden }));
    assert.deepEqual(result.changes, { create: 0, update: 0, replace: 1, delete: 0, same: 2, import: 0 });
    const [step, ...rest] = result.steps;
    assert.deepEqual(rest, []);
    assert.equal(step?.op, "replace");
    assert.deepEqual(step?.diffs, ["immutable"]);
    assert.equal(step?.old?.immutable, undefined);
    assert.equal(step?.new?.immutable, "b");
    assert.equal(result.resources, 3);
  });

  it("finds drift, and repairs it with a refresh", async () => {
    const { "two-us-west-2": two } = items;
    await writeFile(join(at.world, "two-us-west-2.json"), JSON.stringify({ world: at.world, ...two, value: 99 }));
    await rm(join(at.world, "one-b.json"));
    const drift = await at.run(at.request("account-1", "preview-refresh", { items: replaced, ...hidden }));
    assert.deepEqual(drift.result.changes, { create: 0, update: 1, replace: 0, delete: 1, same: 1, import: 0 });
    const update = drift.result.steps.find(({ op }) => op === "update");
    assert.deepEqual(
      [update?.name, update?.diffs, update?.old?.value, update?.new?.value],
      ["two-us-west-2", ["value"], 2, 99],
    );
    assert.equal(drift.result.steps.find(({ op }) => op === "delete")?.name, "one");
    assert.equal(drift.events.filter((event) => event.type === "step" && event.status === "planned").length, 2);

    const unseen = await at.run(at.request("account-1", "up", { items: replaced, ...hidden }));
    assert.equal(unseen.result.changes.update, 0, "without a refresh only the recorded state is compared");
    const repair = await at.run(at.request("account-1", "up", { items: replaced, ...hidden }, { refresh: true }));
    assert.deepEqual([repair.result.changes.create, repair.result.changes.update], [1, 1]);
    assert.equal(repair.result.resources, 3);
    const after = await at.run(at.request("account-1", "preview-refresh", { items: replaced, ...hidden }));
    assert.deepEqual(after.result.steps, []);
  });

  it("writes live state into the record on refresh", async () => {
    await rm(join(at.world, "one-b.json"));
    const { result } = await at.run(at.request("account-1", "refresh", { items: replaced, ...hidden }));
    assert.equal(result.changes.delete, 1);
    assert.equal(result.resources, 2);
    await at.run(at.request("account-1", "up", { items: replaced, ...hidden }));
  });

  it("names account, region, call and remedy when AWS refuses, and keeps what was done", async () => {
    const refusal =
      "creating Security Hub Account: operation error SecurityHub: EnableSecurityHub, https response error StatusCode: 403, RequestID: 1f2e, api error AccessDeniedException: User is not authorized";
    const more = { ...replaced, three: { value: 3 }, refused: { region: "us-west-2", error: refusal } };
    const error = await failureOf(at.run(at.request("account-1", "up", { items: more, ...hidden })));
    assert.equal(error.code, "access_denied");
    assert.equal(error.retryable, false);
    assert.equal(error.accountId, "100000000001");
    assert.equal(error.region, "us-west-2");
    assert.equal(error.call, "securityhub:EnableSecurityHub");
    assert.match(
      error.message,
      /^creating refused of stack account-1 in account 100000000001, us-west-2: securityhub:EnableSecurityHub: AccessDeniedException/,
    );
    assert.match(error.remedy, /securityhub:EnableSecurityHub/);
    assert.equal(error.resource, "urn:pulumi:account-1::bulwark::probe:index:Item::refused");
    assert.ok(!error.partial?.steps.some(({ name }) => name === "refused"));
  });

  it("tells a throwing program from a failing engine, without a stack trace, and deletes nothing", async () => {
    const error = await failureOf(at.run(at.request("account-1", "up", { items: {}, throws: "no region to work in" })));
    assert.equal(error.code, "program_error");
    assert.equal(error.message, "running the program of stack account-1: no region to work in");
    assert.ok(!JSON.stringify(error).includes("at Object."));
    assert.equal(error.partial?.changes.delete, 0);
  });

  it("works again after a failure, in the same runner", async () => {
    const { result } = await at.run(at.request("account-1", "up", { items: replaced, ...hidden }));
    assert.deepEqual([result.changes.delete, result.resources], [1, 3]);
  });

  it("shows no secret in any event, result or error", async () => {
    const seen: unknown[] = [];
    const session = {
      accessKeyId: "ASIAMARKER",
      secretAccessKey: "marker-of-a-session-key",
      sessionToken: "marker-of-a-session-token",
      expiration: "2026-01-01T00:00:00Z",
    };
    const leak = `creating it: request signed with ${session.secretAccessKey} and ${session.sessionToken} failed`;
    const changed = {
      ...replaced,
      one: { ...replaced.one, token: "marker-of-another-secret" },
      leaks: { error: leak },
    };
    const credentials = { "100000000001": session };
    const request = at.request("account-1", "up", { items: changed, ...hidden }, { credentials });
    const error = await failureOf(at.runner.run(request, { onEvent: (event) => void seen.push(event) }));
    assert.match(error.message, /signed with \[secret\] and \[secret\]/);
    assert.ok(seen.length > 0);
    assert.doesNotMatch(JSON.stringify([seen, error, error.message, error.partial]), /marker-of/);
  });

  it("does nothing to a stack that holds resources and was to be empty", async () => {
    const before = await stateOf("account-1");
    const emptied = { items: {}, ...hidden };
    const error = await failureOf(at.run(at.request("account-1", "up", emptied, { requireEmpty: true })));
    assert.equal(error.code, "stack_not_empty");
    assert.match(error.message, /account-1: it holds resources/);
    assert.deepEqual(await stateOf("account-1"), before);
  });

  it("destroys the stack and removes it; again is no error", async () => {
    const { result } = await at.run(at.request("account-1", "destroy", { items: replaced, ...hidden }));
    assert.equal(result.resources, 0);
    assert.deepEqual(result.outputs, {});
    assert.ok(result.changes.delete >= 3);
    assert.deepEqual(await stacks(), []);
    const again = await at.run(at.request("account-1", "destroy", { items: replaced, ...hidden }));
    assert.deepEqual([again.result.changes.delete, again.result.resources], [0, 0]);
  });

  it("says that a stack is missing where it can't be made", async () => {
    const error = await failureOf(at.run(at.request("account-1", "preview-refresh")));
    assert.equal(error.code, "stack_not_found");
  });

  it("keeps the empty stack when it is told to", async () => {
    await at.run(at.request("account-2", "up", { items: { one: {} } }));
    await at.run(at.request("account-2", "destroy", {}, { keepStack: true }));
    assert.equal((await stateOf("account-2")).resources?.length ?? 0, 0);
    const empty = { requireEmpty: true };
    const { result } = await at.run(at.request("account-2", "up", { items: { one: {} } }, empty));
    assert.equal(result.changes.create, 2);
  });

  it("leaves no workspace behind, and nothing in the engine's home but the plugins", async () => {
    assert.deepEqual(await leftovers(at), []);
    assert.deepEqual(await readdir(at.config.pulumiHome), ["plugins"]);
  });

  it("says so when the passphrase, the plugin or the engine is not the right one", async () => {
    const wrong = join(at.folder, "wrong-passphrase");
    await writeFile(wrong, "something else");
    const cases = [
      [{ passphraseFile: wrong }, "wrong_passphrase"],
      [{ pulumiHome: join(at.folder, "empty-home") }, "missing_plugin"],
      [{ pulumiRoot: join(at.folder, "no-engine") }, "missing_engine"],
      [{ backendUrl: `file://${join(at.folder, "no-such-folder")}` }, "backend_unavailable"],
    ] as const;
    for (const [change, code] of cases) {
      const other = await install({
        backendUrl: at.config.backendUrl,
        passphraseFile: at.config.passphraseFile,
        ...change,
      });
      try {
        const request = other.request("account-2", "up", {
          world: at.world,
          items: { one: { token: "a-secret" }, two: {} },
        });
        const error = await failureOf(other.run(request));
        assert.equal(error.code, code, error.message);
        assert.ok(error.remedy.length > 20);
      } finally {
        await other.remove();
      }
    }
  });
});
