import assert from "node:assert/strict";
import { adoptCoreRecorders, type FormerAdminInputs } from "../../programs/admin/core-recorder-adoption.ts";
import { adminProgram } from "../../programs/admin/program.ts";
import { bootstrapRoles } from "../../programs/bootstrap/roles.ts";
import { type CoreAccount, coreAccounts, recordedRegions } from "../../programs/core-accounts.ts";
import type { AdminInventory, CoreRecorderInventory } from "../../programs/inventory.ts";
import { type Declaration, declare, upstreamOf } from "./declared.ts";
import { adminInputs, LOG_ARCHIVE, MANAGEMENT, SECURITY, settings } from "./samples.ts";

const places: readonly (readonly [CoreAccount, string, string])[] = [
  ["management", "management", MANAGEMENT],
  ["security", "security", SECURITY],
  ["logArchive", "log-archive", LOG_ARCHIVE],
];
const ofRecording = ["Recorder", "DeliveryChannel", "RecorderStatus"].map(
  (type) => `aws:cfg/${type[0]?.toLowerCase()}${type.slice(1)}:${type}`,
);
const recordersIn = ({ resources }: Declaration) => resources.filter(({ type }) => ofRecording.includes(type));

/** A recorder of Control Tower in one region. */
const tower: CoreRecorderInventory = {
  hasRole: true,
  regions: {
    "us-east-1": {
      recorder: {
        name: "aws-controltower-BaselineConfigRecorder",
        roleArn: `arn:aws:iam::${LOG_ARCHIVE}:role/aws-controltower-ConfigRecorderRole`,
        recordingGroup: { allSupported: true, includeGlobalResourceTypes: true },
        recording: true,
      },
      deliveryChannel: {
        name: "aws-controltower-BaselineConfigDeliveryChannel",
        s3BucketName: "aws-controltower-logs",
      },
    },
  },
};
const inventory = (coreRecorders: AdminInventory["coreRecorders"]): AdminInventory => ({
  ...{ organizationId: "o-bulwark0demo", delegatedAdministrators: {}, trustedServices: [], regions: {} },
  ...(coreRecorders === undefined ? {} : { coreRecorders }),
});

describe("the recorders of the core accounts", () => {
  for (const [partition, regions] of [
    ["aws", ["us-east-1", "us-west-2"]],
    ["aws-us-gov", ["us-gov-west-1", "us-gov-east-1"]],
    ["aws-cn", ["cn-north-1", "cn-northwest-1"]],
  ] as const) {
    describe(`in ${partition}`, () => {
      const home = regions[0];
      let declared: Declaration;
      before(async () => {
        const from = settings({ partition, homeRegion: home, regions });
        declared = await declare(() => adminProgram(adminInputs({}, from)), "admin");
      });

      it("are three resources in each account and region, global types once", () => {
        assert.equal(recordersIn(declared).length, 3 * 3 * regions.length);
        for (const [, place, accountId] of places) {
          for (const region of regions) {
            const { inputs, provider } = declared.named(`recorder-${place}-${region}`);
            assert.equal(provider, `aws-${accountId}`);
            assert.equal(inputs.region, region);
            assert.equal(
              inputs.roleArn,
              `arn:${partition}:iam::${accountId}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig`,
            );
            const group = inputs.recordingGroup as Record<string, unknown>;
            assert.equal(group.includeGlobalResourceTypes, region === home);
            const status = declared.named(`recorder-status-${place}-${region}`);
            assert.deepEqual(status.inputs, { region, name: "bulwark", isEnabled: true });
          }
        }
      });

      it("deliver to the log archive's bucket, once its policy lets them", () => {
        for (const [, place] of places) {
          const channel = declared.named(`delivery-channel-${place}-${home}`);
          assert.equal(channel.inputs.s3BucketName, `bulwark-config-${LOG_ARCHIVE}-${home}`);
          assert.equal(channel.inputs.s3KmsKeyArn, `arn:test:config-key-${home}`);
          const before = upstreamOf(declared, `recorder-status-${place}-${home}`);
          for (const name of [`config-bucket-policy-${home}`, `recorder-${place}-${home}`]) assert.ok(before.has(name));
          assert.ok(before.has(`service-linked-role-config-${place}`));
        }
      });
    });
  }

  for (const config of [{ enabled: false }, { coreAccounts: { enabled: false } }]) {
    it(`are none with features.config ${JSON.stringify(config)}, and their rights neither`, async () => {
      const from = settings({ features: { config } });
      const declared = await declare(() => adminProgram(adminInputs({}, from)), "admin");
      assert.deepEqual(recordersIn(declared), []);
      assert.deepEqual(declared.ofType("aws:iam/serviceLinkedRole:ServiceLinkedRole"), []);
      for (const { role } of bootstrapRoles(from, "o-bulwark0demo")) {
        assert.doesNotMatch(JSON.stringify(role.policies), /PutConfigurationRecorder|ConfigurationRecorder\*/);
      }
    });
  }

  it("leave out regions that the log archive does not have, and only there", async () => {
    const inputs = adminInputs({ logArchiveRegions: ["us-east-1"] });
    const names = recordersIn(await declare(() => adminProgram(inputs), "admin")).map(({ name }) => name);
    assert.ok(names.includes("recorder-log-archive-us-east-1") && !names.includes("recorder-log-archive-us-west-2"));
    assert.ok(names.includes("recorder-security-us-west-2"));
    assert.deepEqual(
      coreAccounts.map((account) => recordedRegions(inputs, account).length),
      [2, 2, 1],
    );
  });

  it("that are there already are adopted as in a member", async () => {
    const adoptions = adoptCoreRecorders(inventory({ logArchive: tower }), adminInputs(), undefined);
    assert.deepEqual(
      adoptions.map(({ name, decision }) => [name, decision]),
      [
        ["service-linked-role-config-log-archive", "leave"],
        ["recorder-log-archive-us-east-1", "adopt"],
        ["recorder-status-log-archive-us-east-1", "adopt"],
        ["delivery-channel-log-archive-us-east-1", "adopt"],
      ],
    );
    const declared = await declare(() => adminProgram(adminInputs({ adoptions })), "admin");
    const recorder = declared.named("recorder-log-archive-us-east-1");
    assert.equal(recorder.inputs.name, "aws-controltower-BaselineConfigRecorder");
    assert.ok(recorder.retainOnDelete);
    assert.deepEqual(
      declared.ofType("aws:iam/serviceLinkedRole:ServiceLinkedRole").map(({ name }) => name),
      ["service-linked-role-config-management", "service-linked-role-config-security"],
    );
    const channel = declared.named("delivery-channel-log-archive-us-east-1");
    assert.equal(channel.inputs.s3BucketName, `bulwark-config-${LOG_ARCHIVE}-us-east-1`);
  });

  it("are the stack's own where it recorded before, and somebody else's where an older version was deployed", () => {
    const inputs = adminInputs();
    const found = inventory({ logArchive: tower, security: tower });
    assert.deepEqual(adoptCoreRecorders(found, inputs, { regions: inputs.regions, features: inputs.features }), []);
    const older: FormerAdminInputs = { regions: inputs.regions, features: { config: { enabled: true } } };
    assert.equal(adoptCoreRecorders(found, inputs, older).length, 8);
    const lacking: FormerAdminInputs = { ...older, features: inputs.features, logArchiveRegions: ["us-west-2"] };
    assert.deepEqual(
      adoptCoreRecorders(found, inputs, lacking).map(({ name }) => name),
      ["recorder", "recorder-status", "delivery-channel"].map((name) => `${name}-log-archive-us-east-1`),
    );
  });
});
