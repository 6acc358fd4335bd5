import assert from "node:assert/strict";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { Detector, type DetectorArgs } from "@pulumi/aws/guardduty/detector.js";
import { Provider } from "@pulumi/aws/provider.js";
import { Account as Hub } from "@pulumi/aws/securityhub/account.js";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { type Engine, type Program, startEngine } from "./engine.ts";
import { writeRootProfiles } from "./profiles.ts";

const ACCOUNT = "100000000002";

describe("adopting what is there already", () => {
  let sandbox: RunningSandbox;
  let engine: Engine;
  let detectorId: string;

  before(async () => {
    sandbox = await runSandbox();
    engine = await startEngine(sandbox.url);
    await writeRootProfiles(engine, ACCOUNT);
    const guardDuty = new GuardDuty(sandbox.root(ACCOUNT, "us-west-2"));
    const made = await guardDuty.createDetector({
      Enable: true,
      FindingPublishingFrequency: "SIX_HOURS",
      Tags: { a: "b" },
    });
    detectorId = made.DetectorId ?? "";
    await new SecurityHub(sandbox.root(ACCOUNT, "us-west-2")).enableSecurityHub({ EnableDefaultStandards: false });
  });

  after(async () => {
    await engine?.remove();
    await sandbox?.close();
  });

  const adopted =
    (args: DetectorArgs, options: { import?: true } = {}): Program =>
    async () => {
      const provider = new Provider("aws", { region: "us-east-1", profile: `bulwark-${ACCOUNT}` });
      const at = (id: string) => ({
        provider,
        retainOnDelete: true,
        ...(options.import ? { import: `${id}@us-west-2` } : {}),
      });
      new Detector("detector", { region: "us-west-2", ...args }, at(detectorId));
      const hub = { region: "us-west-2", autoEnableControls: true, enableDefaultStandards: false };
      new Hub("hub", hub, { ...at(ACCOUNT), ignoreChanges: ["enableDefaultStandards"] });
      return {};
    };

  const asFound = { enable: true, findingPublishingFrequency: "SIX_HOURS", tags: { a: "b" } };

  it("imports from the region behind the @, which the id then does not have", async () => {
    const outcome = await engine.run("account", "up", adopted(asFound, { import: true }));
    assert.deepEqual([outcome.changes, outcome.errors], [{ create: 2, import: 2 }, ""]);
    const { id, outputs } = await engine.resource("account", "detector");
    assert.equal(id, detectorId);
    assert.equal(outputs.region, "us-west-2");
    assert.equal((await engine.resource("account", "hub")).id, ACCOUNT);
  });

  it("changes nothing when the same inputs are deployed without the import", async () => {
    assert.deepEqual((await engine.run("account", "preview", adopted(asFound))).changes, { same: 4 });
    assert.deepEqual((await engine.run("account", "previewRefresh")).changes, { same: 4 });
  });

  it("is taken over as it is and changed at once where the inputs of the import differ", async () => {
    const preview = await engine.run("other", "preview", adopted({ ...asFound, enable: false }, { import: true }));
    assert.deepEqual(preview.changes, { create: 2, import: 2, update: 1 });
    assert.deepEqual(preview.diffs.detector, ["~ enable"]);
  });

  it("converges, and leaves it behind when it is destroyed", async () => {
    const wanted = { enable: true, findingPublishingFrequency: "ONE_HOUR" };
    const outcome = await engine.run("account", "up", adopted(wanted));
    assert.deepEqual(outcome.changes, { same: 3, update: 1 });
    assert.deepEqual(outcome.diffs.detector?.sort(), ["- tags", "- tagsAll.a", "~ findingPublishingFrequency"]);
    await engine.run("account", "destroy");
    const guardDuty = new GuardDuty(sandbox.root(ACCOUNT, "us-west-2"));
    const left = await guardDuty.getDetector({ DetectorId: detectorId });
    assert.equal(left.FindingPublishingFrequency, "ONE_HOUR");
    assert.deepEqual(left.Tags ?? {}, {});
  });

  it("says that it is not there when it is not", async () => {
    const elsewhere: Program = async () => {
      const provider = new Provider("aws", { region: "us-east-1", profile: `bulwark-${ACCOUNT}` });
      new Detector("detector", { enable: true }, { provider, import: detectorId });
      return {};
    };
    const { errors } = await engine.run("elsewhere", "up", elsewhere);
    assert.match(errors, new RegExp(`resource '${detectorId}' does not exist`));
  });
});
