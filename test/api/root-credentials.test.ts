import assert from "node:assert/strict";
import { OrganizationSettings } from "../../programs/settings.ts";
import { AwsCallError } from "../../stacks/aws/call-error.ts";
import { fakeAws, settings } from "./fakes.ts";
import { type Serving, serve } from "./serving.ts";

const accountId = "100000000001";
const [security, logArchive] = ["222222222222", "333333333333"];
const removing = OrganizationSettings.parse({
  ...settings,
  features: { ...settings.features, rootAccess: { enabled: true, removeCredentials: true } },
});

describe("credentials of members' root users", () => {
  let serving: Serving;
  const aws = fakeAws();
  before(async () => {
    serving = await serve({ aws, dependencies: { settings: removing } });
  });
  after(() => serving?.stop());

  const ended = async (path: string, body?: object) => {
    const { status, body: accepted, text } = await serving.call("POST", path, body === undefined ? {} : { body });
    assert.equal(status, 202, text);
    return serving.ended(accepted.id);
  };
  const touched = () => aws.calls.filter((call) => call.includes("RootCredentials"));
  const audited = async () => {
    const { body } = await serving.call("GET", "/audit?action=account.remove_root_credentials");
    return body.items as { target: string; detail: object; actor: string }[];
  };
  const all = { password: true, accessKeys: 2, signingCertificates: 0, mfaDevices: 1 };

  it("go with the account's deployment, which says what they were, and so does the audit log", async () => {
    aws.rootCredentials[accountId] = all;
    const { id, status, result, requestedBy } = await ended("/accounts", { accountId });
    assert.equal(status, "succeeded");
    assert.deepEqual(result.rootCredentials, { removed: [{ accountId, ...all }] });
    assert.deepEqual(
      (await audited()).map(({ target, detail, actor }) => ({ target, detail, actor })),
      [{ target: accountId, detail: { operationId: id, ...all }, actor: requestedBy }],
    );
    const events = await serving.call("GET", `/operations/${id}/events`);
    assert.match(
      events.text,
      /removed credentials of the root user of account 100000000001: a password, 2 access keys, 1 MFA device/,
    );
  });

  it("are looked for again by every deployment, also by one that has nothing else to do", async () => {
    aws.calls.length = 0;
    aws.rootCredentials[accountId] = { accessKeys: 1 };
    const again = await ended(`/accounts/${accountId}/deployments`);
    assert.deepEqual([again.status, again.result.rootCredentials.removed[0].accessKeys], ["succeeded", 1]);
    const { status, result } = await ended(`/accounts/${accountId}/deployments`);
    assert.deepEqual([status, result.rootCredentials], ["succeeded", undefined]);
    const look = `readRootCredentials ${accountId}`;
    assert.deepEqual(touched(), [look, `removeRootCredentials ${accountId}`, look]);
    assert.equal((await audited()).length, 2);
  });

  it("are only looked at by a preview", async () => {
    aws.calls.length = 0;
    aws.rootCredentials[accountId] = { password: true };
    const { status, result } = await ended(`/accounts/${accountId}/previews`);
    assert.equal(status, "succeeded");
    assert.deepEqual(result.rootCredentials.toRemove, [
      { accountId, password: true, accessKeys: 0, signingCertificates: 0, mfaDevices: 0 },
    ]);
    assert.deepEqual(touched(), [`readRootCredentials ${accountId}`]);
    aws.rootCredentials = {};
  });

  it("of the core accounts go with the admin stack, and never those of the management account", async () => {
    aws.calls.length = 0;
    aws.rootCredentials = {};
    assert.equal((await ended("/admin/deployments")).status, "succeeded");
    assert.deepEqual(touched(), [`readRootCredentials ${security}`, `readRootCredentials ${logArchive}`]);
  });

  it("fail the deployment where they can't be reached, with what to do", async () => {
    aws.fail = (call) => {
      if (call !== "readRootCredentials") return;
      const cause = Object.assign(new Error("no"), { name: "AccessDenied" });
      const place = {
        activity: "opening a session",
        accountId: "111111111111",
        region: "us-east-1",
        call: "sts:AssumeRoot",
      };
      throw new AwsCallError(place, cause, "Run make bootstrap.");
    };
    const { status, error } = await ended(`/accounts/${accountId}/deployments`);
    aws.fail = () => undefined;
    assert.equal(status, "failed");
    assert.deepEqual([error.call, error.remedy], ["sts:AssumeRoot", "Run make bootstrap."]);
    assert.match(error.type, /access-denied$/);
  });

  it("are nobody's business where the settings don't ask for it", async () => {
    const quiet = fakeAws();
    const other = await serve({ aws: quiet });
    try {
      const { body } = await other.call("POST", "/accounts", { body: { accountId } });
      assert.equal((await other.ended(body.id)).status, "succeeded");
      assert.ok(quiet.calls.every((call) => !call.includes("RootCredentials")));
    } finally {
      await other.stop();
    }
  });
});
