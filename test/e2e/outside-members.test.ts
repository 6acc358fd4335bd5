import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import {
  BatchImportFindingsCommand,
  DisassociateMembersCommand,
  GetFindingsCommand,
  GetMembersCommand,
  SecurityHubClient,
} from "@aws-sdk/client-securityhub";
import { runBootstrap } from "../../demo/bootstrap.ts";
import { createAdministrator } from "../../demo/identities.ts";
import { readAccount } from "./account-state.ts";
import { type Environment, partEnvironment, quickOrganization } from "./environment.ts";
import { until } from "./until.ts";

const accountId = "666666666666";
const security = "222222222222";
const regions = ["us-east-1", "us-west-2"];
const region = "us-west-2";
const outsideMembers = [{ accountId, email: "it@venture.example.com" }];

describe("an account outside of the organization", function () {
  this.timeout(600_000);
  let environment: Environment;
  let original: string | undefined;
  let before_: Awaited<ReturnType<typeof readAccount>>;

  /** Starts the service with other settings; whatever goes needs nobody's approval. */
  async function restartWith(securityHub: object): Promise<void> {
    const settings = JSON.parse(original ?? "{}") as { features: object };
    const guard = { protectedTypes: [], share: 1 };
    const features = { ...settings.features, securityHub };
    await environment.service.stop();
    await writeFile(environment.settingsFile, JSON.stringify({ ...settings, features, guard }));
    await environment.service.start();
  }

  function bootstrap(key: { accessKeyId: string; secretAccessKey: string }, ...args: string[]): Promise<void> {
    const env = partEnvironment({
      ...{ AWS_ENDPOINT_URL: environment.aws, AWS_REGION: "us-east-1", BULWARK_SETTINGS: environment.settingsFile },
      ...{ AWS_ACCESS_KEY_ID: key.accessKeyId, AWS_SECRET_ACCESS_KEY: key.secretAccessKey },
    });
    return runBootstrap(env, () => undefined, ...args);
  }

  before(async () => {
    environment = await quickOrganization();
    original = await readFile(environment.settingsFile, "utf8");
    before_ = await readAccount(environment.root, accountId, regions);
    await restartWith({ outsideMembers });
  });
  after(async () => {
    if (original === undefined) return;
    await environment.service.stop();
    await writeFile(environment.settingsFile, original);
    await environment.service.start();
  });

  const onboarding = () => environment.api.accepted("POST", "/accounts", { accountId });
  const failed = async () => (await environment.api.ended((await onboarding()).id)).error;
  const unchanged = { create: 0, update: 0, replace: 0, delete: 0, import: 0 };
  const membersIn = async (where: string) => {
    const hub = new SecurityHubClient(environment.root(security, where));
    const { Members = [] } = await hub.send(new GetMembersCommand({ AccountIds: [accountId] }));
    return Members.map(({ MemberStatus }) => MemberStatus);
  };

  async function assertFindingFlows(Id: string): Promise<void> {
    const now = new Date().toISOString();
    const { SuccessCount } = await new SecurityHubClient(environment.root(accountId, region)).send(
      new BatchImportFindingsCommand({
        Findings: [
          {
            ...{ SchemaVersion: "2018-10-08", Id, GeneratorId: "end-to-end", AwsAccountId: accountId },
            ProductArn: `arn:aws:securityhub:${region}:${accountId}:product/${accountId}/default`,
            Types: ["Software and Configuration Checks"],
            ...{ CreatedAt: now, UpdatedAt: now, Severity: { Label: "HIGH" }, Title: Id, Description: "Open." },
            Resources: [{ Type: "AwsS3Bucket", Id: `arn:aws:s3:::open-${accountId}`, Region: region }],
          },
        ],
      }),
    );
    assert.equal(SuccessCount, 1);
    for (const where of regions) {
      const admin = new SecurityHubClient(environment.root(security, where));
      const Filters = { Id: [{ Value: Id, Comparison: "EQUALS" as const }] };
      await until(`${Id} in the security account in ${where}`, async () => {
        const { Findings = [] } = await admin.send(new GetFindingsCommand({ Filters }));
        return Findings.length === 1 && Findings[0]?.AwsAccountId === accountId;
      });
    }
  }

  it("is entered once both sides let Bulwark in, and joins once it was invited", async () => {
    const locked = await failed();
    assert.match(locked.remedy, new RegExp(`make bootstrap ARGS="--outside ${accountId}"`));

    await bootstrap(environment.administrator);
    await assert.rejects(
      bootstrap(environment.administrator, "--outside", accountId),
      /is not in account 666666666666/,
    );
    await bootstrap(await createAdministrator(environment.aws, accountId), "--outside", accountId);
    const waiting = await failed();
    assert.match(waiting.detail, /no invitation to Security Hub in us-east-1: the admin stack has not invited it yet/);
    assert.match(waiting.remedy, /POST \/admin\/deployments/);

    const { api } = environment;
    const preview = await api.done("POST", "/admin/previews");
    const admin = await api.done("POST", "/admin/deployments");
    assert.deepEqual(admin.changes, preview.changes);
    // The account has no third region, and is invited there all the same.
    assert.equal(admin.changes?.create, 3);
    assert.deepEqual(await membersIn(region), ["Invited"]);

    await api.ended((await onboarding()).id);
    const { body } = await api.call("GET", `/accounts/${accountId}`);
    assert.equal(body.status, "active");
    for (const where of regions) assert.deepEqual(await membersIn(where), ["Enabled"]);
  });

  it("sends its findings to the security account, and its configuration to the log archive", async () => {
    await assertFindingFlows("outside-first");
    const state = await readAccount(environment.root, accountId, regions);
    for (const where of regions) {
      assert.equal(state.regions[where]?.hub?.administrator, security);
      assert.deepEqual(state.regions[where]?.recording, [true]);
      assert.equal(state.regions[where]?.detector?.administrator, undefined);
    }
  });

  it("changes nothing when both stacks are deployed again, and has not drifted", async () => {
    const { api } = environment;
    for (const path of ["/admin", `/accounts/${accountId}`]) {
      const check = await api.done("POST", `${path}/drift-checks`);
      assert.equal(check.result.drifted, false, JSON.stringify(check.result.drift));
      const { same: _, ...changes } = (await api.done("POST", `${path}/deployments`, { refresh: true })).changes ?? {};
      assert.deepEqual(changes, unchanged, path);
    }
  });

  it("is invited and accepts again after somebody has disassociated it, and its own plan of GuardDuty is on again", async () => {
    const { api, root } = environment;
    const hub = new SecurityHubClient(root(security, region));
    await hub.send(new DisassociateMembersCommand({ AccountIds: [accountId] }));
    const guardDuty = new GuardDuty(root(accountId, region));
    const { DetectorIds: [DetectorId] = [] } = await guardDuty.listDetectors({});
    await guardDuty.updateDetector({ DetectorId, Features: [{ Name: "S3_DATA_EVENTS", Status: "DISABLED" }] });
    const check = await api.done("POST", `/accounts/${accountId}/drift-checks`);
    assert.deepEqual(check.result.drift.map(({ name }: { name: string }) => name).sort(), [
      `detector-plan-s3-${region}`,
      `hub-invitation-${region}`,
    ]);
    const repair = await api.done("POST", `/accounts/${accountId}/deployments`);
    assert.deepEqual([repair.changes?.create, repair.changes?.update], [1, 1]);
    assert.deepEqual(await membersIn(region), ["Enabled"]);
    const { Features = [] } = await guardDuty.getDetector({ DetectorId });
    assert.equal(Features.find(({ Name }) => Name === "S3_DATA_EVENTS")?.Status, "ENABLED");
    await assertFindingFlows("outside-again");
    const again = await api.done("POST", `/accounts/${accountId}/drift-checks`);
    assert.equal(again.result.drifted, false, JSON.stringify(again.result.drift));
  });

  it("leaves nothing but Bulwark's role, and the admin stack lets it go", async () => {
    const { api, root } = environment;
    const left = await api.done("DELETE", `/accounts/${accountId}?confirm=${accountId}`);
    assert.deepEqual(left.result.leftovers, []);
    assert.match(left.result.kept.join(), /role BulwarkDeployment/);
    const { roles, policies, ...rest } = await readAccount(root, accountId, regions);
    const { roles: formerRoles, policies: formerPolicies, ...former } = before_;
    assert.deepEqual(rest, former);
    const added = [...roles, ...policies].filter((arn) => ![...formerRoles, ...formerPolicies].includes(arn));
    assert.deepEqual(added.sort(), [
      `arn:aws:iam::${accountId}:policy/BulwarkDeploymentBoundary`,
      `arn:aws:iam::${accountId}:policy/BulwarkRemediationBoundary`,
      `arn:aws:iam::${accountId}:role/BulwarkDeployment`,
    ]);

    await restartWith({});
    const deployed = await api.done("POST", "/admin/deployments");
    assert.equal(deployed.changes?.delete, 3);
    assert.deepEqual(await membersIn(region), []);
    const { same: _, ...changes } = (await api.done("POST", "/admin/deployments", { refresh: true })).changes ?? {};
    assert.deepEqual(changes, unchanged);
  });
});
