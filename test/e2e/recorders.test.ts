import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { ConfigService } from "@aws-sdk/client-config-service";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { type Environment, quickOrganization } from "./environment.ts";

const logArchive = "333333333333";
const accounts = ["111111111111", "222222222222", logArchive];
const regions = ["us-east-1", "us-west-2", "ap-southeast-3"];
const bucket = `bulwark-config-${logArchive}-us-east-1`;

describe("the core accounts", function () {
  this.timeout(600_000);
  let environment: Environment;
  let original: string;
  before(async () => {
    environment = await quickOrganization();
    original = await readFile(environment.settingsFile, "utf8");
  });

  const configOf = (accountId: string, region: string) => new ConfigService(environment.root(accountId, region));
  /** `<account> <region>` of those that are recording. */
  async function recording(): Promise<string[]> {
    const places = accounts.flatMap((accountId) => regions.map((region) => [accountId, region] as const));
    const found = await Promise.all(
      places.map(async ([accountId, region]) => {
        const { ConfigurationRecordersStatus = [] } = await configOf(
          accountId,
          region,
        ).describeConfigurationRecorderStatus();
        return ConfigurationRecordersStatus.map((status) => `${accountId} ${region} ${status.recording}`);
      }),
    );
    return found.flat().sort();
  }
  const everywhere = accounts.flatMap((accountId) => regions.map((region) => `${accountId} ${region} true`)).sort();

  async function delivered(accountId: string): Promise<number> {
    const s3 = new S3Client({ ...environment.root(logArchive), forcePathStyle: true });
    const Prefix = `AWSLogs/${accountId}/Config/`;
    return (await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }))).KeyCount ?? 0;
  }

  async function restartWith(settings: string): Promise<void> {
    await environment.service.stop();
    await writeFile(environment.settingsFile, settings);
    await environment.service.start();
  }

  it("are recorded in every region, into the log archive", async () => {
    assert.deepEqual(await recording(), everywhere);
    for (const accountId of accounts) assert.ok((await delivered(accountId)) > 0, accountId);
  });

  it("are recorded again by the next deployment where somebody has stopped it, in the log archive, too", async () => {
    const { api } = environment;
    await configOf(logArchive, "us-west-2").stopConfigurationRecorder({ ConfigurationRecorderName: "bulwark" });
    const check = await api.done("POST", "/admin/drift-checks");
    const drifted = check.result.drift.map(({ name }: { name: string }) => name);
    assert.ok(drifted.includes("recorder-status-log-archive-us-west-2"), String(drifted));
    await api.done("POST", "/admin/deployments");
    assert.deepEqual(await recording(), everywhere);
  });

  it("are left by the recorders when these are switched off, by Bulwark's own roles, and what was delivered stays", async () => {
    const { api } = environment;
    const before = await Promise.all(accounts.map(delivered));
    const settings = JSON.parse(original) as { features: object };
    const features = { ...settings.features, config: { coreAccounts: { enabled: false } } };
    await restartWith(JSON.stringify({ ...settings, features, guard: { protectedTypes: [], share: 1 } }));
    try {
      await api.done("POST", "/admin/deployments");
      assert.deepEqual(await recording(), []);
      for (const accountId of accounts) {
        const { DeliveryChannels } = await configOf(accountId, "us-east-1").describeDeliveryChannels();
        assert.deepEqual(DeliveryChannels, [], accountId);
      }
      const after = await Promise.all(accounts.map(delivered));
      after.forEach((count, index) => {
        assert.ok(count >= (before[index] ?? 0));
      });
    } finally {
      await restartWith(original);
    }
    await api.done("POST", "/admin/deployments");
    assert.deepEqual(await recording(), everywhere);
  });
});
