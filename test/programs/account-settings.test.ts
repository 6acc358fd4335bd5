import assert from "node:assert/strict";
import { baselineProgram } from "../../programs/baseline/program.ts";
import { BaselineInputs } from "../../programs/inputs.ts";
import { OrganizationSettings } from "../../programs/settings.ts";
import { type Declaration, declare } from "./declared.ts";
import { baselineInputs, CONTACT, MEMBER, settings, VPC } from "./samples.ts";

type Section = Record<string, unknown>;

/** The baseline of an account with VPCs, by this section of the settings. */
const baseline = (account: Section = {}, more: Section = {}): Promise<Declaration> =>
  declare(() => baselineProgram(baselineInputs(more, settings({ features: { account } }))), `account-${MEMBER}`);

const own = ["snapshot-sharing", "image-sharing", "instance-metadata", "default-security-group", "flow-log"];
const ownOf = ({ resources }: Declaration): string[] =>
  resources
    .map(({ name }) => name)
    .filter((name) => own.some((one) => name.startsWith(one)) || name === "security-contact");

describe("an account's own settings", () => {
  it("keep snapshots and images private and ask for IMDSv2 in every region, and close and log every VPC", async () => {
    const declared = await baseline();
    for (const region of ["us-east-1", "us-west-2"]) {
      assert.deepEqual(declared.named(`snapshot-sharing-${region}`).inputs, { region, state: "block-all-sharing" });
      assert.deepEqual(declared.named(`image-sharing-${region}`).inputs, { region, state: "block-new-sharing" });
      assert.deepEqual(declared.named(`instance-metadata-${region}`).inputs, {
        region,
        httpTokens: "required",
        httpPutResponseHopLimit: 2,
      });
      assert.deepEqual(declared.named(`default-security-group-${VPC}-${region}`).inputs, {
        ...{ region, vpcId: VPC, ingress: [], egress: [] },
      });
      const name = `flow-log-${VPC}-${region}`;
      assert.deepEqual(declared.named(name).inputs, {
        ...{ region, vpcId: VPC, trafficType: "REJECT", maxAggregationInterval: 600 },
        logDestinationType: "s3",
        logDestination: "arn:aws:s3:::bulwark-config-333333333333-us-east-1",
        tags: { ManagedBy: "Bulwark", BulwarkResource: `account-${MEMBER}/${name}` },
      });
    }
    assert.equal(ownOf(declared).length, 10);
  });

  it("leave the tags of default security groups and flow logs to whoever sets them later", async () => {
    const declared = await baseline();
    for (const name of [`default-security-group-${VPC}-us-east-1`, `flow-log-${VPC}-us-east-1`]) {
      assert.deepEqual(declared.named(name).ignoreChanges, ["tags", "tagsAll"], name);
    }
  });

  it("name a security contact where the settings have one", async () => {
    const declared = await baseline({ securityContact: CONTACT });
    assert.deepEqual(declared.named("security-contact").inputs, {
      alternateContactType: "SECURITY",
      name: "Security",
      title: "On call",
      emailAddress: "security@example.org",
      phoneNumber: "+1 555 0100",
    });
  });

  it("are as they were chosen", async () => {
    const declared = await baseline({
      snapshotSharing: "block-new-sharing",
      instanceMetadata: { hopLimit: 1 },
      flowLogs: { traffic: "ALL", aggregationSeconds: 60 },
    });
    assert.equal(declared.named("snapshot-sharing-us-west-2").inputs.state, "block-new-sharing");
    assert.equal(declared.named("instance-metadata-us-west-2").inputs.httpPutResponseHopLimit, 1);
    const { trafficType, maxAggregationInterval } = declared.named(`flow-log-${VPC}-us-west-2`).inputs;
    assert.deepEqual([trafficType, maxAggregationInterval], ["ALL", 60]);
  });

  it("go one by one, and as a whole", async () => {
    for (const [change, gone] of [
      [{ snapshotSharing: "off" }, "snapshot-sharing"],
      [{ imageSharing: "off" }, "image-sharing"],
      [{ instanceMetadata: { enabled: false } }, "instance-metadata"],
      [{ defaultSecurityGroups: { enabled: false } }, "default-security-group"],
      [{ flowLogs: { enabled: false } }, "flow-log"],
    ] as const) {
      const left = ownOf(await baseline(change));
      assert.equal(left.length, 8, gone);
      assert.ok(
        left.every((name) => !name.startsWith(gone)),
        gone,
      );
    }
    assert.deepEqual(ownOf(await baseline({ enabled: false, securityContact: CONTACT })), []);
  });

  it("close default VPCs only where that is chosen, and log the others all the same", async () => {
    const vpcs = {
      "us-east-1": [
        { vpcId: "vpc-00000001", isDefault: false },
        { vpcId: VPC, isDefault: true },
      ],
    };
    const names = ownOf(await baseline({ defaultSecurityGroups: { vpcs: "default" } }, { vpcs }));
    assert.ok(names.includes(`default-security-group-${VPC}-us-east-1`));
    assert.ok(!names.includes("default-security-group-vpc-00000001-us-east-1"));
    assert.ok(names.includes("flow-log-vpc-00000001-us-east-1"));
  });

  it("name their log destination in its own partition", async () => {
    const from = settings({ partition: "aws-us-gov", homeRegion: "us-gov-west-1", regions: ["us-gov-west-1"] });
    const declared = await declare(() => baselineProgram(baselineInputs({}, from)));
    const { logDestination } = declared.named(`flow-log-${VPC}-us-gov-west-1`).inputs;
    assert.equal(logDestination, "arn:aws-us-gov:s3:::bulwark-config-333333333333-us-gov-west-1");
  });

  for (const [what, account, path] of [
    ["a hop limit that AWS does not take", { instanceMetadata: { hopLimit: 65 } }, "instanceMetadata.hopLimit"],
    ["a contact without a telephone number", { securityContact: { ...CONTACT, phone: "" } }, "securityContact.phone"],
    ["a contact whose address is none", { securityContact: { ...CONTACT, email: "nobody" } }, "securityContact.email"],
    [
      "an aggregation interval that AWS does not have",
      { flowLogs: { aggregationSeconds: 300 } },
      "flowLogs.aggregationSeconds",
    ],
    ["a setting that there is not", { flowLogs: { bucket: "mine" } }, "flowLogs"],
  ] as const) {
    it(`refuse ${what}`, () => {
      const parsed = OrganizationSettings.safeParse({ ...settings(), features: { account } });
      assert.deepEqual(
        parsed.error?.issues.map((issue) => issue.path.join(".")),
        [`features.account.${path}`],
      );
    });
  }

  it("are read of inputs that an older Bulwark wrote, which named no VPCs", () => {
    const { vpcs: _vpcs, features: _features, ...older } = baselineInputs();
    assert.deepEqual(BaselineInputs.parse({ ...older, features: {} }).vpcs, {});
  });
});
