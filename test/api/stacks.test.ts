import assert from "node:assert/strict";
import { ACCOUNT_SERVICE_LINKED_ROLES } from "../../programs/baseline/linked-services.ts";
import type { OrganizationAccount } from "../../stacks/aws/organizations.ts";
import { StackRunError } from "../../stacks/errors.ts";
import type { RunRequest } from "../../stacks/run.ts";
import { type Serving, serve } from "./serving.ts";

const none = { create: 0, update: 0, replace: 0, delete: 0, same: 0, import: 0 };
const detector = { id: "d-old", enable: true, findingPublishingFrequency: "SIX_HOURS" };
const accountId = "100000000001";

describe("stacks", () => {
  let serving: Serving;
  const runs = () => serving.runner.requests.map(({ verb, inputs }) => `${verb} ${inputs.phase}`);
  beforeEach(async () => {
    serving = await serve();
  });
  afterEach(() => serving.stop());

  async function done(method: string, path: string, body?: unknown) {
    const accepted = await serving.call(method, path, body === undefined ? {} : { body });
    assert.equal(accepted.status, 202, accepted.text);
    const operation = await serving.ended(accepted.body.id);
    assert.equal(operation.status, "succeeded", JSON.stringify(operation.error));
    return operation;
  }

  const stepOf = ({ inputs }: RunRequest) => {
    const adopted = inputs.adoptions.find(({ decision }) => decision === "adopt");
    return {
      urn: "urn:detector",
      type: adopted?.type ?? "",
      name: adopted?.name ?? "",
      op: "create" as const,
      new: { enable: true, findingPublishingFrequency: "FIFTEEN_MINUTES", region: "us-east-1" },
    };
  };

  describe("of an account that is not empty", () => {
    beforeEach(() => {
      serving.aws.inventory = {
        regions: {
          "us-east-1": { detector, ebsEncryptionByDefault: false },
          "us-west-2": { ebsEncryptionByDefault: false },
        },
      };
    });

    it("are previewed with what would be adopted, before onboarding and without changing anything", async () => {
      serving.runner.behave = (request) => ({ changes: { ...none, create: 20 }, steps: [stepOf(request)] });
      const { changes, result } = await done("POST", `/accounts/${accountId}/previews`);
      assert.deepEqual(runs(), ["preview converge"]);
      assert.deepEqual([changes.create, changes.import, changes.update], [19, 1, 1]);
      const [adoption] = result.adoptions;
      assert.equal(adoption.decision, "adopt");
      assert.equal(adoption.before.findingPublishingFrequency, "SIX_HOURS");
      assert.equal(adoption.after.findingPublishingFrequency, "FIFTEEN_MINUTES");
      assert.equal((await serving.call("GET", `/accounts/${accountId}`)).status, 404);
      const rows = await serving.db.selectFrom("stacks").select("name").execute();
      assert.deepEqual(
        rows.map(({ name }) => name),
        ["admin"],
      );
    });

    it("are adopted first, then converged; the decision is made once", async () => {
      serving.runner.behave = (request) =>
        request.inputs.phase === "adopt"
          ? { changes: { ...none, import: 1 } }
          : { changes: { ...none, create: 19, update: 1 }, steps: [stepOf(request)] };
      const { changes, result } = await done("POST", "/accounts", { accountId });
      assert.deepEqual(runs(), ["up adopt", "up converge"]);
      assert.deepEqual([changes.create, changes.import, changes.update], [19, 1, 1]);
      assert.equal(result.adoptions[0].after.findingPublishingFrequency, "FIFTEEN_MINUTES");
      const account = (await serving.call("GET", `/accounts/${accountId}`)).body;
      assert.equal(account.adoptions.length, 1);

      // By now the inventory shows Bulwark's own work.
      const mine = {
        hubArn: "arn",
        autoEnableControls: true,
        controlFindingGenerator: "SECURITY_CONTROL",
        standards: [],
      };
      serving.aws.inventory = {
        regions: {
          "us-east-1": { detector, hub: mine, ebsEncryptionByDefault: true },
          "us-west-2": { ebsEncryptionByDefault: true },
        },
      };
      serving.runner.requests.length = 0;
      await done("POST", `/accounts/${accountId}/deployments`);
      assert.deepEqual(runs(), ["preview converge", "up converge"]);
      assert.equal(serving.runner.requests[0]?.inputs.adoptions.length, 1);
    });

    it("are put back when it is offboarded, and Bulwark's role goes last", async () => {
      await done("POST", "/accounts", { accountId });
      serving.runner.requests.length = 0;
      serving.aws.calls.length = 0;
      const refused = await serving.call("DELETE", `/accounts/${accountId}`);
      assert.equal(refused.status, 400);
      assert.equal(refused.body.errors[0].field, "confirm");
      assert.equal((await serving.call("DELETE", `/accounts/${accountId}?confirm=100000000002`)).status, 400);
      const { result } = await done("DELETE", `/accounts/${accountId}?confirm=${accountId}`);
      assert.deepEqual(runs(), ["up restore", "destroy restore"]);
      assert.equal(result.restored[0].before.findingPublishingFrequency, "SIX_HOURS");
      assert.equal(result.resources, 0);
      assert.equal(serving.aws.calls.at(-1), `removeDeploymentRole ${accountId}`);
      const account = (await serving.call("GET", `/accounts/${accountId}`)).body;
      assert.equal(account.status, "offboarded");
      assert.deepEqual(account.adoptions, []);
      assert.equal((await serving.call("DELETE", `/accounts/${accountId}?confirm=${accountId}`)).status, 409);
      await done("POST", "/accounts", { accountId });
      assert.equal((await serving.call("GET", `/accounts/${accountId}`)).body.status, "active");
    });

    it("stay where they are when nobody can enter the account any more, and somebody says so where it may come back", async () => {
      const state = (to: OrganizationAccount["state"]) => {
        const account = serving.aws.accountsById.get(accountId) ?? assert.fail();
        serving.aws.accountsById.set(accountId, { ...account, state: to });
      };
      const offboarding = async (more = "") => {
        const { body } = await serving.call("DELETE", `/accounts/${accountId}?confirm=${accountId}${more}`);
        return serving.ended(body.id);
      };
      await done("POST", "/accounts", { accountId });
      assert.match((await offboarding("&abandon=true")).error.detail, /is ACTIVE, so nothing needs to be left/);
      state("SUSPENDED");
      assert.match((await offboarding()).error.remedy, /abandon=true/);
      assert.equal((await serving.call("GET", `/accounts/${accountId}`)).body.status, "failed");
      serving.runner.requests.length = 0;
      serving.aws.calls.length = 0;
      assert.match((await offboarding("&abandon=true")).result.abandoned, /is SUSPENDED, and somebody asked/);
      assert.deepEqual(runs(), ["destroy converge"]);
      assert.equal(serving.runner.requests[0]?.forgets, accountId);
      assert.ok(serving.aws.calls.includes("credentialsFor none"));
      assert.ok(!serving.aws.calls.some((call) => /DeploymentRole|readAccount/.test(call)), serving.aws.calls.join());

      state("ACTIVE");
      await done("POST", "/accounts", { accountId });
      state("CLOSED");
      const { status, result } = await offboarding();
      assert.deepEqual([status, result.abandoned], ["succeeded", "AWS Organizations says that the account is CLOSED"]);
    });

    it("leave the service-linked roles that were there, and tell which of the others AWS keeps, and why", async () => {
      serving.aws.inventory = { ...serving.aws.inventory, serviceLinkedRoles: ["config.amazonaws.com"] };
      serving.aws.keptRoles = ["config", "guardduty"].map((name) => ({
        service: `${name}.amazonaws.com`,
        reason: "AWS keeps it: eu-central-1 needs it",
      }));
      await done("POST", "/accounts", { accountId });
      const { result } = await done("DELETE", `/accounts/${accountId}?confirm=${accountId}`);
      const roles = (leftovers: { what: string }[]) => leftovers.filter(({ what }) => /service-linked/.test(what));
      assert.deepEqual(roles(result.leftovers), [
        {
          what: "service-linked role of guardduty.amazonaws.com",
          region: "global",
          reason: "AWS keeps it: eu-central-1 needs it",
        },
      ]);

      await done("POST", "/accounts", { accountId });
      serving.aws.fail = (call) => {
        if (call === "removeServiceLinkedRoles") throw new Error("the session was refused");
      };
      const again = await done("DELETE", `/accounts/${accountId}?confirm=${accountId}`);
      const made = Object.keys(ACCOUNT_SERVICE_LINKED_ROLES).filter((service) => service !== "config.amazonaws.com");
      assert.equal(roles(again.result.leftovers).length, made.length);
      assert.equal(serving.aws.calls.at(-1), `removeDeploymentRole ${accountId}`);
    });

    it("are not brought up again by an offboarding that was interrupted while it destroyed", async () => {
      await done("POST", "/accounts", { accountId });
      serving.runner.requests.length = 0;
      let destroyed = 0;
      serving.runner.behave = ({ verb, stack }) => {
        if (verb !== "destroy" || destroyed++ > 0) return {};
        const message = `running ${verb} on stack ${stack}: the run's process died`;
        throw new StackRunError({ code: "crashed", retryable: true, message, remedy: "Run it again." });
      };
      await done("DELETE", `/accounts/${accountId}?confirm=${accountId}`);
      assert.deepEqual(runs().slice(-2), ["destroy restore", "destroy converge"]);
      assert.equal(runs().filter((run) => run.startsWith("up")).length, runs().length - 2);
    });

    it("keep the decision when the first deployment fails half-way", async () => {
      serving.runner.behave = (request) => {
        if (request.inputs.phase === "converge") throw new Error("the first converge fails");
        return {};
      };
      const accepted = await serving.call("POST", "/accounts", { body: { accountId } });
      assert.equal((await serving.ended(accepted.body.id)).status, "failed");
      serving.aws.inventory = {
        regions: { "us-east-1": { ebsEncryptionByDefault: true }, "us-west-2": { ebsEncryptionByDefault: true } },
      };
      serving.runner.behave = () => ({});
      serving.runner.requests.length = 0;
      await done("POST", `/accounts/${accountId}/deployments`);
      assert.deepEqual(runs(), ["preview converge", "up converge"]);
      assert.equal((await serving.call("GET", `/accounts/${accountId}`)).body.status, "active");
    });
  });

  it("are deployed only in the regions that the account has enabled; a region that comes later is looked at", async () => {
    serving.aws.regions = ["us-east-1"];
    const { result } = await done("POST", "/accounts", { accountId });
    assert.deepEqual(result.regions, ["us-east-1"]);
    serving.aws.regions = ["us-east-1", "ap-southeast-3"];
    serving.aws.inventory = { regions: { "ap-southeast-3": { detector, ebsEncryptionByDefault: false } } };
    serving.runner.requests.length = 0;
    await done("POST", `/accounts/${accountId}/deployments`);
    assert.deepEqual(runs(), ["preview converge", "up adopt", "up converge"]);
    assert.deepEqual(serving.runner.requests[0]?.inputs.regions, ["us-east-1", "ap-southeast-3"]);
  });

  it("leave a region that the settings or the account give up: memberships there end first, and Bulwark keeps its rights until then", async () => {
    await done("POST", "/accounts", { accountId });
    serving.aws.regions = ["us-east-1"];
    serving.aws.calls.length = 0;
    serving.aws.standing.length = 0;
    let ups = 0;
    serving.runner.behave = ({ verb, stack }) => {
      if (verb === "preview") return { changes: { ...none, delete: 1 }, steps: [] };
      if (verb !== "up" || ups++ > 0) return {};
      const message = `running ${verb} on stack ${stack}: the run's process died`;
      throw new StackRunError({ code: "crashed", retryable: true, message, remedy: "Run it again." });
    };
    await done("POST", `/accounts/${accountId}/deployments`);
    assert.equal(ups, 2);
    const both = ["us-east-1", "us-west-2"].join();
    const kept = serving.aws.standing.map((regions) => regions.join());
    assert.deepEqual(new Set(kept), new Set([both]));
    const ended = serving.aws.calls.filter((call) => call.startsWith("endMemberships"));
    assert.deepEqual(new Set(ended), new Set([`endMemberships ${accountId} us-west-2`]));
    serving.aws.standing.length = 0;
    serving.aws.calls.length = 0;
    await done("POST", `/accounts/${accountId}/deployments`);
    assert.deepEqual(new Set(serving.aws.standing.map((regions) => regions.join())), new Set(["us-east-1"]));
    assert.ok(!serving.aws.calls.some((call) => call.startsWith("endMemberships")));
  });

  it("of an account without Bulwark's role, or with another version of it, are looked at without making or changing one", async () => {
    await done("POST", "/accounts", { accountId });
    serving.aws.readingBy = "reading";
    serving.aws.calls.length = 0;
    await done("POST", "/accounts/100000000002/previews");
    await done("POST", `/accounts/${accountId}/drift-checks`);
    const { calls } = serving.aws;
    assert.ok(!calls.some((call) => call.startsWith("ensureDeploymentRole")), calls.join());
    const credentials = calls.filter((call) => call.startsWith("credentialsFor"));
    assert.deepEqual(credentials, ["credentialsFor reading", "credentialsFor reading"]);
  });

  it("that have drifted say so, and are refreshed by the next deployment", async () => {
    await done("POST", "/accounts", { accountId });
    serving.runner.behave = () => ({
      changes: { ...none, delete: 1, same: 10 },
      steps: [{ urn: "urn:d", type: "aws:guardduty/detector:Detector", name: "detector-us-east-1", op: "delete" }],
    });
    const { result, changes } = await done("POST", `/accounts/${accountId}/drift-checks`);
    assert.equal(result.drifted, true);
    assert.equal(changes.delete, 1);
    const account = (await serving.call("GET", `/accounts/${accountId}`)).body;
    assert.equal(account.drift.drifted, true);
    assert.equal(account.drift.resources[0].name, "detector-us-east-1");
    serving.runner.behave = () => ({});
    const deployed = async (body?: object) => {
      serving.runner.requests.length = 0;
      await done("POST", `/accounts/${accountId}/deployments`, body);
      return serving.runner.requests.map(({ verb }) => verb);
    };
    assert.deepEqual(await deployed(), ["refresh", "preview"]);
    assert.equal((await serving.call("GET", `/accounts/${accountId}`)).body.drift, undefined);
    assert.deepEqual(await deployed(), ["preview"]);
    assert.deepEqual(await deployed({ refresh: true }), ["refresh", "preview"]);
  });

  it("of an account that the organization keeps a member are not touched by an offboarding, which says so", async () => {
    await done("POST", "/accounts", { accountId });
    serving.runner.requests.length = 0;
    const reason = "The request is rejected because auto-enable is ALL.";
    serving.aws.keptMemberships = [{ region: "us-west-2", service: "guardduty.amazonaws.com", reason }];
    const accepted = await serving.call("DELETE", `/accounts/${accountId}?confirm=${accountId}`);
    const { status, error } = await serving.ended(accepted.body.id);
    assert.equal(status, "failed");
    assert.equal(error.type, "/problems/precondition");
    assert.match(error.detail, /still protected by the organization in us-west-2.*auto-enable is ALL/);
    assert.match(error.remedy, /auto-enable/);
    assert.equal(serving.runner.requests.length, 0);
    serving.aws.keptMemberships = [];
    await done("DELETE", `/accounts/${accountId}?confirm=${accountId}`);
  });

  it("whose membership somebody has ended are members again after the next deployment", async () => {
    await done("POST", "/accounts", { accountId });
    serving.runner.behave = () => ({});
    serving.aws.lost = [{ service: "guardduty", region: "us-east-1" }];
    const check = await done("POST", `/accounts/${accountId}/drift-checks`);
    assert.equal(check.result.drifted, true);
    assert.deepEqual(
      check.result.drift.map(({ name }: { name: string }) => name),
      ["detector-member-us-east-1"],
    );
    const preview = await done("POST", `/accounts/${accountId}/previews`);
    assert.equal(preview.changes.update, 1);
    assert.ok(!serving.aws.calls.some((call) => call.startsWith("restoreMemberships")));
    const { changes, result } = await done("POST", `/accounts/${accountId}/deployments`);
    assert.equal(changes.update, 1);
    assert.deepEqual(result.memberships, { restored: [{ service: "guardduty", region: "us-east-1" }] });
    assert.equal((await done("POST", `/accounts/${accountId}/drift-checks`)).result.drifted, false);
  });

  it("whose controls somebody has switched off have them on again after the next deployment, and keep them so", async () => {
    await done("POST", "/accounts", { accountId });
    serving.runner.behave = () => ({});
    const s38 = { controlId: "S3.8", standard: "fsbp-1.0.0", region: "us-east-1" } as const;
    serving.aws.controls = [{ ...s38, status: "DISABLED", reason: "By hand" }];
    const check = await done("POST", `/accounts/${accountId}/drift-checks`);
    assert.equal(check.result.drifted, true);
    const [drift] = check.result.drift;
    assert.equal(drift.name, "control-association-S3.8-fsbp-1.0.0-us-east-1");
    assert.deepEqual(drift.found, { associationStatus: "DISABLED", updatedReason: "By hand" });
    const last = () => serving.runner.requests.at(-1)?.inputs.controlsOn;
    await done("POST", `/accounts/${accountId}/previews`);
    assert.deepEqual(last(), [s38]);
    await done("POST", `/accounts/${accountId}/deployments`);
    assert.deepEqual(last(), [s38]);
    serving.aws.controls = [{ ...s38, status: "ENABLED" }];
    assert.equal((await done("POST", `/accounts/${accountId}/drift-checks`)).result.drifted, false);
    // Asked for anew by nothing, and not taken out of the stack for that.
    const asked = serving.aws.calls.filter((call) => call.startsWith("readControls")).length;
    await done("POST", `/accounts/${accountId}/deployments`);
    assert.deepEqual(last(), [s38]);
    assert.equal(serving.aws.calls.filter((call) => call.startsWith("readControls")).length, asked);
  });

  it("whose controls were off before Bulwark came are adopted with how they were", async () => {
    const s38 = { controlId: "S3.8", standard: "fsbp-1.0.0", region: "us-east-1" } as const;
    serving.aws.controls = [{ ...s38, status: "DISABLED", reason: "Once" }];
    await done("POST", "/accounts", { accountId });
    assert.deepEqual(runs(), ["up adopt", "up converge"]);
    const [first] = serving.runner.requests;
    assert.deepEqual(first?.inputs.controlsOn, [s38]);
    assert.equal(first?.inputs.adoptions[0]?.before?.updatedReason, "Once");
  });

  it("of the admin stack, whose security account has switched a control off, are mended as those of members", async () => {
    const s38 = { controlId: "S3.8", standard: "fsbp-1.0.0", region: "us-east-1" } as const;
    await done("POST", "/admin/deployments");
    serving.runner.behave = () => ({});
    serving.aws.controls = [{ ...s38, status: "DISABLED" }];
    assert.equal((await done("POST", "/admin/drift-checks")).result.drifted, true);
    await done("POST", "/admin/deployments");
    assert.deepEqual(serving.runner.requests.at(-1)?.inputs.controlsOn, [s38]);
  });

  it("of members of another administrator are not touched, and the failure says what to do", async () => {
    const held = { ...detector, administratorAccountId: "444444444444" };
    serving.aws.inventory = { regions: { "us-east-1": { detector: held, ebsEncryptionByDefault: false } } };
    const accepted = await serving.call("POST", "/accounts", { body: { accountId } });
    const { status, error } = await serving.ended(accepted.body.id);
    assert.equal(status, "failed");
    assert.equal(error.type, "/problems/precondition");
    assert.match(error.detail, /444444444444/);
    assert.match(error.remedy, /444444444444/);
    assert.equal(serving.runner.requests.length, 0);
  });

  it("the admin stack is refused while another account administers a service", async () => {
    serving.aws.adminInventory = { delegatedAdministrators: { "guardduty.amazonaws.com": ["444444444444"] } };
    const accepted = await serving.call("POST", "/admin/deployments");
    const { status, error } = await serving.ended(accepted.body.id);
    assert.equal(status, "failed");
    assert.match(error.detail, /444444444444 is the delegated administrator of GuardDuty/);
    assert.equal(serving.runner.requests.length, 0);
  });

  it("change owner and environment of an account without a run", async () => {
    await done("POST", "/accounts", { accountId, owner: "clearing", environment: "prod" });
    const changed = await serving.call("PATCH", `/accounts/${accountId}`, {
      body: { owner: null, environment: "stage" },
    });
    assert.equal(changed.status, 200);
    assert.deepEqual([changed.body.owner, changed.body.environment], [undefined, "stage"]);
    for (const body of [{}, { owner: 1 }, { status: "active" }, { environment: "" }]) {
      assert.equal((await serving.call("PATCH", `/accounts/${accountId}`, { body })).status, 400, JSON.stringify(body));
    }
  });

  it("let nobody without an approver's rights move an account to where its findings would be quieter", async () => {
    await done("POST", "/accounts", { accountId, environment: "prod" });
    const made = await serving.call("POST", "/tokens", { body: { name: "ci", role: "operator" } });
    const move = (environment: string, token?: string) =>
      serving.call("PATCH", `/accounts/${accountId}`, { body: { environment }, ...(token ? { token } : {}) });
    const refused = await move("dev", made.body.token);
    assert.deepEqual([refused.status, refused.body.errors[0].field], [403, "environment"]);
    assert.match(
      refused.body.errors[0].message,
      /from prod to dev would quiet .*CRITICAL becomes LOW instead of CRITICAL/,
    );
    assert.equal((await serving.call("GET", `/accounts/${accountId}`)).body.environment, "prod");
    assert.equal((await move("stage", made.body.token)).status, 200);
    assert.equal((await move("dev")).status, 200);
    assert.equal((await move("prod", made.body.token)).status, 200);
    // The same by onboarding it once more, where that is allowed at all.
    await serving.db.updateTable("accounts").set({ status: "failed" }).where("accountId", "=", accountId).execute();
    const again = await serving.call("POST", "/accounts", {
      body: { accountId, environment: "dev" },
      token: made.body.token,
    });
    assert.deepEqual([again.status, again.body.errors[0].field], [403, "environment"]);
  });

  it("bring what a team added to its account with the next deployment, and take it away with the one after", async () => {
    const rule = { type: "configRule", name: "tagged", managed: { identifier: "REQUIRED_TAGS" } };
    const pack = {
      type: "conformancePack",
      name: "own",
      document: { Resources: { Rule: { Type: "AWS::Config::ConfigRule" } } },
    };
    const inputs = () => (serving.runner.requests.at(-1)?.inputs as { extensions?: unknown } | undefined)?.extensions;
    await done("POST", "/accounts", { accountId, extensions: [rule] });
    assert.deepEqual(inputs(), [rule]);

    const read = await serving.call("GET", `/accounts/${accountId}`);
    assert.deepEqual(read.body.extensions, [rule]);
    const etag = read.headers.get("etag") ?? "";
    const patch = (extensions: unknown, ifMatch: string) =>
      serving.call("PATCH", `/accounts/${accountId}`, { body: { extensions }, headers: { "If-Match": ifMatch } });
    const changed = await patch([rule, pack], etag);
    assert.equal(changed.status, 200);
    assert.deepEqual(changed.body.extensions, [rule, pack]);
    assert.equal((await patch([], etag)).status, 412);
    assert.deepEqual(inputs(), [rule]);
    await done("POST", `/accounts/${accountId}/deployments`, {});
    assert.deepEqual(inputs(), [rule, pack]);

    const elsewhere = await patch([{ ...rule, regions: ["eu-north-1"] }], changed.headers.get("etag") ?? "");
    assert.equal(elsewhere.status, 422);
    assert.match(elsewhere.body.detail, /extensions\.0\.regions\.0: eu-north-1 is not a region/);
    const owner = await serving.call("PATCH", `/accounts/${accountId}`, { body: { owner: "clearing" } });
    assert.deepEqual(owner.body.extensions, [rule, pack]);
    const cleared = await serving.call("PATCH", `/accounts/${accountId}`, { body: { extensions: null } });
    assert.deepEqual(cleared.body.extensions, []);
    await done("POST", `/accounts/${accountId}/deployments`, {});
    assert.deepEqual(inputs(), []);
  });
});
