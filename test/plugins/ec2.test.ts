import assert from "node:assert/strict";
import { EC2 } from "@aws-sdk/client-ec2";
import { SnapshotBlockPublicAccess } from "@pulumi/aws/ebs/snapshotBlockPublicAccess.js";
import { ImageBlockPublicAccess } from "@pulumi/aws/ec2/imageBlockPublicAccess.js";
import {
  InstanceMetadataDefaults,
  type InstanceMetadataDefaultsArgs,
} from "@pulumi/aws/ec2/instanceMetadataDefaults.js";
import { Provider } from "@pulumi/aws/provider.js";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { type Engine, type Program, startEngine } from "./engine.ts";
import { writeRootProfiles } from "./profiles.ts";

const ACCOUNT = "100000000001";

interface Settings {
  readonly snapshots: string;
  readonly images: string;
  readonly metadata: InstanceMetadataDefaultsArgs;
  readonly region?: string;
  /** Id by which the snapshots' setting is imported. */
  readonly imported?: string;
}

const program =
  ({ snapshots, images, metadata, region = "us-west-2", imported }: Settings): Program =>
  async () => {
    const at = { provider: new Provider("aws", { region: "us-east-1", profile: `bulwark-${ACCOUNT}` }) };
    const options = imported === undefined ? at : { ...at, import: imported };
    new SnapshotBlockPublicAccess("snapshots", { region, state: snapshots }, options);
    new ImageBlockPublicAccess("images", { region, state: images }, at);
    new InstanceMetadataDefaults("metadata", { region, ...metadata }, at);
    return {};
  };

const strict: Settings = {
  snapshots: "block-new-sharing",
  images: "block-new-sharing",
  metadata: { httpTokens: "required" },
};
const stricter: Settings = {
  snapshots: "block-all-sharing",
  images: "unblocked",
  metadata: { httpPutResponseHopLimit: 2, httpEndpoint: "enabled" },
};

describe("EC2's regional settings of an account, through the real engine", () => {
  let sandbox: RunningSandbox;
  let engine: Engine;
  const ec2 = (region = "us-west-2") => new EC2(sandbox.root(ACCOUNT, region));
  /** What an independent client sees. */
  const live = async (region?: string) => {
    const { State: snapshots } = await ec2(region).getSnapshotBlockPublicAccessState({});
    const { ImageBlockPublicAccessState: images } = await ec2(region).getImageBlockPublicAccessState({});
    const { ManagedBy: _, ...metadata } = (await ec2(region).getInstanceMetadataDefaults({})).AccountLevel ?? {};
    return { snapshots, images, metadata };
  };

  before(async () => {
    sandbox = await runSandbox();
    engine = await startEngine(sandbox.url);
    await writeRootProfiles(engine, ACCOUNT);
  });

  after(async () => {
    await engine?.remove();
    await sandbox?.close();
  });

  it("sets them, and finds the same again in every way there is to look", async () => {
    const made = await engine.run("settings", "up", program(strict));
    assert.deepEqual([made.changes, made.errors], [{ create: 5 }, ""]);
    const metadata = { HttpTokens: "required" };
    assert.deepEqual(await live(), { snapshots: "block-new-sharing", images: "block-new-sharing", metadata });
    assert.equal((await engine.resource("settings", "snapshots")).id, "us-west-2");
    assert.equal((await engine.resource("settings", "images")).id, ACCOUNT);
    const { id, outputs } = await engine.resource("settings", "metadata");
    assert.equal(id, ACCOUNT);
    assert.deepEqual(outputs, {
      httpEndpoint: "no-preference",
      httpPutResponseHopLimit: -1,
      httpTokens: "required",
      id,
      instanceMetadataTags: "no-preference",
      region: "us-west-2",
    });
    for (const verb of ["up", "refresh", "preview"] as const) {
      assert.deepEqual(await engine.run("settings", verb), { changes: { same: 5 }, diffs: {}, errors: "" });
    }
  });

  it("updates in place", async () => {
    const { changes, diffs, errors } = await engine.run("settings", "up", program(stricter));
    assert.deepEqual([changes, errors], [{ same: 2, update: 3 }, ""]);
    assert.deepEqual(diffs, {
      snapshots: ["~ state"],
      images: ["~ state"],
      metadata: ["~ httpEndpoint", "~ httpPutResponseHopLimit", "~ httpTokens"],
    });
    const metadata = { HttpEndpoint: "enabled", HttpPutResponseHopLimit: 2 };
    assert.deepEqual(await live(), { snapshots: "block-all-sharing", images: "unblocked", metadata });
  });

  it("sees what was changed by hand, and puts it back", async () => {
    const meant = await live();
    await ec2().disableSnapshotBlockPublicAccess({});
    await ec2().enableImageBlockPublicAccess({ ImageBlockPublicAccessState: "block-new-sharing" });
    await ec2().modifyInstanceMetadataDefaults({ HttpTokens: "optional", HttpPutResponseHopLimit: -1 });
    const drift = await engine.run("settings", "refresh");
    assert.deepEqual([drift.changes, drift.errors], [{ same: 2, update: 3 }, ""]);
    assert.deepEqual((await engine.run("settings", "up")).changes, { same: 2, update: 3 });
    assert.deepEqual(await live(), meant);
  });

  it("replaces in another region, and takes back what it set in the first", async () => {
    const { changes, errors } = await engine.run("settings", "up", program({ ...stricter, region: "us-east-1" }));
    assert.deepEqual([changes, errors], [{ same: 2, replace: 3 }, ""]);
    const metadata = { HttpEndpoint: "enabled", HttpPutResponseHopLimit: 2 };
    assert.deepEqual(await live("us-east-1"), { snapshots: "block-all-sharing", images: "unblocked", metadata });
    // The real provider's deletion of the images' setting changes nothing.
    assert.deepEqual(await live(), { snapshots: "unblocked", images: "unblocked", metadata: {} });
  });

  it("fails as AWS refuses", async () => {
    const { errors } = await engine.run(
      "refused",
      "up",
      program({ ...strict, snapshots: "unblocked", region: "eu-west-1" }),
    );
    assert.match(errors, /creating EBS Snapshot Block Public Access \(unblocked\): .*InvalidParameterValue/s);
    await engine.run("refused", "destroy");
  });

  it("imports a setting that is there, and destroys", async () => {
    const region = "eu-west-1";
    await ec2(region).enableSnapshotBlockPublicAccess({ State: "block-new-sharing" });
    const { changes, errors } = await engine.run(
      "adopted",
      "up",
      program({ ...strict, region, imported: `${region}@${region}` }),
    );
    assert.deepEqual([changes, errors], [{ create: 4, import: 1 }, ""]);
    const destroyed = await engine.run("adopted", "destroy");
    assert.deepEqual([destroyed.changes, destroyed.errors], [{ delete: 5 }, ""]);
    assert.deepEqual(await live(region), { snapshots: "unblocked", images: "block-new-sharing", metadata: {} });
    assert.deepEqual((await engine.run("settings", "destroy")).changes, { delete: 5 });
    assert.deepEqual(await live("us-east-1"), { snapshots: "unblocked", images: "unblocked", metadata: {} });
  });
});
