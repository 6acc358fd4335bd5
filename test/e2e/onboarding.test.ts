import assert from "node:assert/strict";
import { ConfigServiceClient, DeliverConfigSnapshotCommand } from "@aws-sdk/client-config-service";
import {
  GetMembersCommand as GetDetectorMembers,
  GuardDutyClient,
  ListDetectorsCommand,
} from "@aws-sdk/client-guardduty";
import { DisableCommand, GetMemberCommand as GetInspectorMember, Inspector2Client } from "@aws-sdk/client-inspector2";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import {
  BatchImportFindingsCommand,
  GetFindingsCommand,
  GetMembersCommand as GetHubMembers,
  SecurityHubClient,
} from "@aws-sdk/client-securityhub";
import { type AccountState, readAccount } from "./account-state.ts";
import type { Operation, OperationEvent } from "./api.ts";
import { type Environment, organization } from "./environment.ts";
import { keepPlainCli, plainPreview, preparePlainCli } from "./plain-cli.ts";
import { until } from "./until.ts";

const security = "222222222222";
const logArchive = "333333333333";
const bucket = "bulwark-config-333333333333-us-east-1";
/** An empty account, and one that has enabled an opt-in region. */
const onboarded = {
  "100000000001": ["us-east-1", "us-west-2"],
  "100000000003": ["us-east-1", "us-west-2", "ap-southeast-3"],
} as const;

for (const [accountId, regions] of Object.entries(onboarded)) {
  describe(`onboarding account ${accountId} in ${regions.length} regions`, function () {
    this.timeout(600_000);
    let environment: Environment;
    let operation: Operation;
    let events: readonly OperationEvent[];
    let state: AccountState;

    before(async () => {
      environment = await organization();
      const all = await onboardAll(environment);
      const mine = all[accountId];
      assert.ok(mine);
      ({ operation, events } = mine);
      state = await readAccount(environment.root, accountId, regions);
    });

    it("is accepted and succeeds, the account is active", async () => {
      assert.equal(operation.status, "succeeded", JSON.stringify(operation.error));
      assert.equal(operation.kind, "onboard");
      assert.deepEqual(operation.target, { stack: `account-${accountId}`, accountId });
      const { body: account } = await environment.api.call("GET", `/accounts/${accountId}`);
      assert.equal(account.status, "active");
      assert.equal(account.how, "request");
      assert.deepEqual(account.regions, regions);
      assert.equal(account.lastOperation, operation.id);
      assert.equal(account.resources, operation.result.resources);
      const { body: list } = await environment.api.call("GET", "/accounts?status=active&limit=500");
      assert.ok((list.items as { accountId: string }[]).some((item) => item.accountId === accountId));
    });

    it("tells what it does from start to end, and again to who comes back", async () => {
      assert.deepEqual(
        events.map(({ id }) => id),
        events.map((_, index) => index + 1),
      );
      const statuses = events.filter(({ type }) => type === "status").map(({ data }) => data.status);
      assert.deepEqual(statuses, ["queued", "running", "succeeded"]);
      assert.equal(events.at(-1)?.data.status, "succeeded");
      const steps = events.filter(({ type, data }) => type === "step" && data.status === "succeeded");
      for (const region of regions) assert.ok(steps.some(({ data }) => data.name === `hub-${region}`));
      const middle = Math.floor(events.length / 2);
      assert.deepEqual(await environment.api.events(operation.id, middle), events.slice(middle));
    });

    it("switches Security Hub on with both standards, as a member of the security account", async () => {
      for (const region of regions) {
        const { hub } = state.regions[region] ?? {};
        assert.deepEqual(hub?.standards, {
          [`arn:aws:securityhub:${region}::standards/aws-foundational-security-best-practices/v/1.0.0`]: "READY",
          [`arn:aws:securityhub:${region}::standards/cis-aws-foundations-benchmark/v/5.0.0`]: "READY",
        });
        assert.equal(hub?.administrator, security, region);
        assert.equal(hub?.controlFindingGenerator, "SECURITY_CONTROL", region);
        const seen = await new SecurityHubClient(environment.root(security, region)).send(
          new GetHubMembers({ AccountIds: [accountId] }),
        );
        assert.deepEqual(
          seen.Members?.map(({ MemberStatus }) => MemberStatus),
          ["Enabled"],
          region,
        );
      }
    });

    it("runs GuardDuty, as a member of the security account", async () => {
      for (const region of regions) {
        const { detector } = state.regions[region] ?? {};
        assert.equal(detector?.Status, "ENABLED", region);
        assert.equal(detector?.administrator, security, region);
        const guardDuty = new GuardDutyClient(environment.root(security, region));
        const { DetectorIds = [] } = await guardDuty.send(new ListDetectorsCommand({}));
        const seen = await guardDuty.send(
          new GetDetectorMembers({ DetectorId: DetectorIds[0], AccountIds: [accountId] }),
        );
        assert.deepEqual(
          seen.Members?.map(({ RelationshipStatus }) => RelationshipStatus),
          ["Enabled"],
          region,
        );
      }
    });

    it("records the configuration of every resource, global ones in the home region only", () => {
      for (const region of regions) {
        const found = state.regions[region];
        assert.equal(found?.recorders.length, 1, region);
        assert.equal(found?.recorders[0]?.recordingGroup?.allSupported, true, region);
        const global = found?.recorders[0]?.recordingGroup?.includeGlobalResourceTypes;
        assert.equal(global, region === "us-east-1", region);
        assert.deepEqual(found?.recording, [true], region);
        assert.equal(found?.channels[0]?.s3BucketName, bucket, region);
      }
    });

    it("delivers the configuration to the central bucket", async () => {
      const s3 = new S3Client({ ...environment.root(logArchive), forcePathStyle: true });
      for (const region of regions) {
        const config = new ConfigServiceClient(environment.root(accountId, region));
        const deliveryChannelName = state.regions[region]?.channels[0]?.name;
        await config.send(new DeliverConfigSnapshotCommand({ deliveryChannelName }));
        await until(`a snapshot of ${accountId} in ${region}`, async () => {
          const { Contents = [] } = await s3.send(
            new ListObjectsV2Command({ Bucket: bucket, Prefix: `AWSLogs/${accountId}/Config/${region}/` }),
          );
          return Contents.some(({ Key }) => Key?.includes("ConfigSnapshot"));
        });
      }
    });

    it("encrypts volumes, blocks public access and sets the password policy", () => {
      for (const region of regions) assert.equal(state.regions[region]?.ebsEncryptionByDefault, true, region);
      assert.deepEqual(state.publicAccessBlock, {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      assert.ok((state.passwordPolicy?.MinimumPasswordLength ?? 0) >= 14);
      assert.equal(state.passwordPolicy?.PasswordReusePrevention, 24);
    });

    it("is ready: AWS was asked whether all of it works", async () => {
      await until(`the readiness of ${accountId}`, async () => {
        const { body } = await environment.api.call("GET", `/accounts/${accountId}/readiness`);
        return body.ready === true && body.missing.length === 0;
      });
    });

    it("keeps snapshots and images private, asks for IMDSv2, closes default security groups and logs what they refuse", () => {
      for (const region of regions) {
        const own = state.regions[region]?.own;
        assert.deepEqual([own?.snapshotSharing, own?.imageSharing], ["block-all-sharing", "block-new-sharing"], region);
        assert.deepEqual(own?.instanceMetadata, { HttpTokens: "required", HttpPutResponseHopLimit: 2 }, region);
        const [vpc, ...others] = own?.vpcs ?? [];
        assert.deepEqual(others, [], region);
        assert.deepEqual(own?.openings, { [vpc ?? ""]: [0, 0] }, region);
        assert.deepEqual(own?.flowLogs, [`${vpc} REJECT arn:aws:s3:::${bucket}`], region);
      }
      assert.equal(state.securityContact?.EmailAddress, "security@clearing.example.com");
    });

    it("has hosts managed, their inventory gathered, their patches known, and scans for who asks", () => {
      for (const region of regions) {
        const associations = ["inventory", "patch-scan", "sensitive-information-scan", "virus-scan"].map(
          (name) => `bulwark-${name}`,
        );
        assert.deepEqual(
          state.regions[region]?.hosts,
          { managementRole: "BulwarkHostManagement", associations },
          region,
        );
      }
      assert.ok(state.roles.includes(`arn:aws:iam::${accountId}:role/BulwarkHostManagement`));
    });

    it("leaves regions alone in which the account is not", async () => {
      const others = ["us-east-2", "eu-central-1"];
      const elsewhere = await readAccount(environment.root, accountId, others);
      for (const region of others) {
        const { own, ...found } = elsewhere.regions[region] ?? {};
        assert.deepEqual([own?.snapshotSharing, own?.instanceMetadata, own?.flowLogs], ["unblocked", {}, []]);
        assert.deepEqual(found, {
          hub: undefined,
          detector: undefined,
          recorders: [],
          recording: [],
          channels: [],
          inspector: [],
          packs: [],
          rules: [],
          ebsEncryptionByDefault: false,
          hosts: { managementRole: "$None", associations: [] },
        });
      }
    });

    it("shows a finding of the member to the security account, and in the aggregation region", async () => {
      const region = regions.at(-1) ?? "";
      const Id = `end-to-end-${accountId}`;
      const now = new Date().toISOString();
      const member = new SecurityHubClient(environment.root(accountId, region));
      const imported = await member.send(
        new BatchImportFindingsCommand({
          Findings: [
            {
              SchemaVersion: "2018-10-08",
              Id,
              ProductArn: `arn:aws:securityhub:${region}:${accountId}:product/${accountId}/default`,
              GeneratorId: "end-to-end",
              AwsAccountId: accountId,
              Types: ["Software and Configuration Checks"],
              CreatedAt: now,
              UpdatedAt: now,
              Severity: { Label: "HIGH" },
              Title: "A bucket is open",
              Description: "Anyone can read it.",
              Resources: [{ Type: "AwsS3Bucket", Id: `arn:aws:s3:::open-${accountId}`, Region: region }],
            },
          ],
        }),
      );
      assert.equal(imported.SuccessCount, 1);
      for (const where of new Set([region, "us-east-1"])) {
        const admin = new SecurityHubClient(environment.root(security, where));
        const filter = { Filters: { Id: [{ Value: Id, Comparison: "EQUALS" as const }] } };
        await until(`the finding of ${accountId} in the security account in ${where}`, async () => {
          const { Findings = [] } = await admin.send(new GetFindingsCommand(filter));
          const [found] = Findings;
          return found?.AwsAccountId === accountId && found.Title === "A bucket is open" && Findings.length === 1;
        });
      }
      const stranger = new SecurityHubClient(environment.root("100000000016", "us-east-1"));
      await assert.rejects(stranger.send(new GetFindingsCommand({})), /not subscribed|InvalidAccess/);
    });

    it("scans with Inspector, as a member of the security account", async () => {
      for (const region of regions) {
        assert.deepEqual(state.regions[region]?.inspector, ["ec2", "ecr", "lambda"], region);
        const inspector = new Inspector2Client(environment.root(security, region));
        const { member } = await inspector.send(new GetInspectorMember({ accountId }));
        assert.equal(member?.relationshipStatus, "ENABLED", region);
        const own = new Inspector2Client(environment.root(accountId, region));
        const { failedAccounts } = await own.send(new DisableCommand({ resourceTypes: ["ECR"] }));
        assert.equal(failedAccounts?.[0]?.errorCode, "ACCESS_DENIED", "a member switches nothing off by itself");
      }
    });

    it("judges what no standard does by the audit pack, what is recorded once in the home region only", () => {
      const rules = ["backup-deletion", "backup-retention", "findings-handled", "log-encryption", "log-retention"];
      for (const region of regions) {
        const { packs, rules: found } = state.regions[region] ?? {};
        assert.deepEqual(packs, ["bulwark-audit"], region);
        const once = region === "us-east-1" ? ["account-in-organization", "users-in-groups"] : [];
        assert.deepEqual(found, [...once, ...rules, "secret-keys"].sort(), region);
      }
    });

    it("changes nothing when it is deployed again", async () => {
      const again = await environment.api.done("POST", `/accounts/${accountId}/deployments`, { refresh: true });
      const { same, ...changes } = again.changes ?? {};
      assert.deepEqual(changes, { create: 0, update: 0, replace: 0, delete: 0, import: 0 });
      assert.equal(same, operation.result.resources);
      assert.deepEqual(await readAccount(environment.root, accountId, regions), state);
    });

    it("has no drift", async () => {
      const check = await environment.api.done("POST", `/accounts/${accountId}/drift-checks`);
      assert.equal(check.result.drifted, false, JSON.stringify(check.result.drift));
    });
  });
}

describe("a deployed organization", function () {
  this.timeout(600_000);
  let environment: Environment & { readonly admin: Operation };
  before(async () => {
    environment = await organization();
    await onboardAll(environment);
  });

  it("does not change when the admin stack is deployed again", async () => {
    const again = await environment.api.done("POST", "/admin/deployments", { refresh: true });
    const { same, ...changes } = again.changes ?? {};
    assert.deepEqual(changes, { create: 0, update: 0, replace: 0, delete: 0, import: 0 });
    assert.equal(same, environment.admin.result.resources);
  });

  it("is what a plain pulumi preview finds, too", async () => {
    const putBack = await keepPlainCli(environment);
    try {
      const shell = await preparePlainCli(environment);
      for (const stack of ["admin", "account-100000000003"]) {
        assert.deepEqual(await plainPreview(shell, stack), { same: true, others: {} }, stack);
      }
    } finally {
      await putBack();
    }
  });
});

interface Onboarded {
  readonly operation: Operation;
  readonly events: readonly OperationEvent[];
}

let all: Promise<Record<string, Onboarded>> | undefined;

/** Onboards all accounts of this file at the same time, once; follows each from its acceptance. */
function onboardAll({ api }: Environment): Promise<Record<string, Onboarded>> {
  all ??= Promise.all(
    Object.keys(onboarded).map(async (accountId) => {
      const { id } = await api.accepted("POST", "/accounts", { accountId });
      const events = await api.events(id);
      return [accountId, { events, operation: await api.ended(id) }] as const;
    }),
  ).then(Object.fromEntries);
  return all;
}
