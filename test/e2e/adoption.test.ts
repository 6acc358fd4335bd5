import assert from "node:assert/strict";
import { Account } from "@aws-sdk/client-account";
import { EC2 } from "@aws-sdk/client-ec2";
import {
  GetMembersCommand as GetDetectorMembers,
  GuardDutyClient,
  ListDetectorsCommand,
} from "@aws-sdk/client-guardduty";
import { GetMembersCommand as GetHubMembers, SecurityHubClient } from "@aws-sdk/client-securityhub";
import { type AccountState, readAccount } from "./account-state.ts";
import type { Operation } from "./api.ts";
import { type Environment, quickOrganization } from "./environment.ts";

const security = "222222222222";
const regions = ["us-east-1", "us-west-2"];

interface Expected {
  readonly holds: string;
  /** Gives the account what the sample organization does not. */
  readonly prepare?: (environment: Environment, accountId: string) => Promise<void>;
  /** What the preview says: type, region, decision. */
  readonly adoptions: readonly string[];
  /** What of the adopted things has to be there while the account is under the baseline. */
  readonly during: (state: AccountState, before: AccountState) => void;
}

const accounts: Readonly<Record<string, Expected>> = {
  "100000000002": {
    holds: "a detector with protection plans of its own choice",
    adoptions: ["aws:guardduty/detector:Detector us-east-1 adopt"],
    during(state, before) {
      assert.equal(state.regions["us-east-1"]?.detector?.id, before.regions["us-east-1"]?.detector?.id);
      assert.equal(state.regions["us-east-1"]?.detector?.administrator, security);
      const chosen = (of: AccountState) =>
        of.regions["us-east-1"]?.detector?.Features.find(([name]) => name === "S3_DATA_EVENTS")?.[1];
      assert.deepEqual([chosen(before), chosen(state)], ["DISABLED", "ENABLED"]);
    },
  },
  "100000000004": {
    holds: "a hub with other standards",
    adoptions: [
      "aws:securityhub/account:Account us-east-1 adopt",
      "aws:securityhub/standardsSubscription:StandardsSubscription us-east-1 adopt",
      "aws:securityhub/standardsSubscription:StandardsSubscription us-east-1 leave",
    ],
    during(state) {
      const standards = Object.keys(state.regions["us-east-1"]?.hub?.standards ?? {}).map((arn) => arn.split("/")[1]);
      assert.deepEqual(standards.sort(), [
        "aws-foundational-security-best-practices",
        "cis-aws-foundations-benchmark",
        "nist-800-53",
      ]);
    },
  },
  "100000000005": {
    holds: "a recorder that delivers to a bucket of its own, and a password policy",
    adoptions: [
      "aws:cfg/deliveryChannel:DeliveryChannel us-west-2 adopt",
      "aws:cfg/recorder:Recorder us-west-2 adopt",
      "aws:cfg/recorderStatus:RecorderStatus us-west-2 adopt",
      "aws:iam/accountPasswordPolicy:AccountPasswordPolicy global adopt",
    ],
    during(state) {
      const { recorders, channels, recording } = state.regions["us-west-2"] ?? {};
      assert.deepEqual(
        recorders?.map(({ name }) => name),
        ["default"],
      );
      assert.deepEqual(recording, [true]);
      assert.deepEqual(
        channels?.map(({ name, s3BucketName }) => [name, s3BucketName]),
        [["default", "bulwark-config-333333333333-us-east-1"]],
      );
      assert.ok((state.passwordPolicy?.MinimumPasswordLength ?? 0) >= 14);
    },
  },
  "100000000006": {
    holds: "encrypted volumes in one region, half of a public access block, scans of images, and settings of its own",
    prepare: prepareOwnSettings,
    adoptions: [
      "aws:account/alternativeContact:AlternativeContact global takeOver",
      "aws:ebs/encryptionByDefault:EncryptionByDefault us-east-1 adopt",
      "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess us-east-1 takeOver",
      "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup us-east-1 leave",
      "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess us-west-2 takeOver",
      "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults us-west-2 takeOver",
      "aws:inspector2/enabler:Enabler us-west-2 adopt",
      "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock global adopt",
    ],
    during(state, before) {
      assert.deepEqual(new Set(Object.values(state.publicAccessBlock ?? {})), new Set([true]));
      for (const region of regions) assert.equal(state.regions[region]?.ebsEncryptionByDefault, true);
      const [east, west] = regions.map((region) => state.regions[region]?.own);
      assert.deepEqual([east?.snapshotSharing, west?.imageSharing], ["block-all-sharing", "block-new-sharing"]);
      // What the baseline does not ask for stays.
      const metadata = { HttpTokens: "required", HttpPutResponseHopLimit: 2, InstanceMetadataTags: "enabled" };
      assert.deepEqual(west?.instanceMetadata, metadata);
      // In use there, so it is left.
      assert.deepEqual(east?.openings, before.regions["us-east-1"]?.own.openings);
      assert.deepEqual(Object.values(west?.openings ?? {}), [[0, 0]]);
      assert.equal(state.securityContact?.EmailAddress, "security@clearing.example.com");
      for (const region of regions) assert.deepEqual(state.regions[region]?.inspector, ["ec2", "ecr", "lambda"]);
    },
  },
};

/** An account's way from before Bulwark to after it. */
interface Way {
  readonly before: AccountState;
  readonly preview: Operation;
  readonly previewed: AccountState;
  readonly deployment: Operation;
  readonly during: AccountState;
  readonly offboarding: Operation;
  readonly after: AccountState;
}

describe("an account that is not empty", function () {
  this.timeout(600_000);
  let environment: Environment;
  const ways = new Map<string, Way>();

  before("all of them go the whole way at the same time", async () => {
    environment = await quickOrganization();
    const { api, root } = environment;
    const read = (accountId: string) => readAccount(root, accountId, regions);
    const go = async (accountId: string): Promise<void> => {
      await accounts[accountId]?.prepare?.(environment, accountId);
      const before = await read(accountId);
      const preview = await api.done("POST", `/accounts/${accountId}/previews`, {});
      const previewed = await read(accountId);
      const deployment = await api.done("POST", "/accounts", { accountId });
      const during = await read(accountId);
      const offboarding = await api.done("DELETE", `/accounts/${accountId}?confirm=${accountId}`);
      const after = await read(accountId);
      ways.set(accountId, { before, preview, previewed, deployment, during, offboarding, after });
    };
    const outcomes = await Promise.allSettled(Object.keys(accounts).map(go));
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  });

  for (const [accountId, expected] of Object.entries(accounts)) {
    describe(`${accountId}, which holds ${expected.holds}`, () => {
      let way: Way;
      before(() => {
        way = ways.get(accountId) as Way;
      });

      it("hears from the preview what will be adopted, before anything is changed", () => {
        assert.deepEqual(decisions(way.preview), expected.adoptions);
        assert.deepEqual(way.previewed, way.before);
        for (const adoption of way.preview.result.adoptions) assert.match(adoption.reason, /\S+ \S+/);
      });

      it("is deployed as the preview said", () => {
        assert.deepEqual(decisions(way.deployment), expected.adoptions);
        const { same: _planned, ...planned } = way.preview.changes ?? {};
        const { same: _made, ...made } = way.deployment.changes ?? {};
        assert.deepEqual(made, planned);
      });

      it("keeps what it holds, brought to the baseline", () => {
        expected.during(way.during, way.before);
        for (const region of regions) {
          const found = way.during.regions[region];
          assert.equal(found?.hub?.administrator, security, region);
          assert.equal(found?.detector?.administrator, security, region);
          assert.deepEqual(found?.recording, [true], region);
        }
      });

      it("is as it was before when it leaves, but for what AWS forbids to remove, which is told", () => {
        const { roles: rolesBefore, ...before } = way.before;
        const { roles: rolesAfter, ...after } = way.after;
        assert.deepEqual(after, before);
        const leftovers = way.offboarding.result.leftovers as { what: string; reason: string }[];
        for (const role of rolesAfter.filter((arn) => !rolesBefore.includes(arn))) {
          const [, , service] = role.split("/");
          const told = leftovers.find(({ what }) => what.includes(service ?? "?"));
          assert.ok(told?.reason, `${role} is left and nobody says so: ${JSON.stringify(leftovers)}`);
        }
        for (const role of rolesBefore) assert.ok(rolesAfter.includes(role), `${role} is gone`);
        // Nothing else in the account needs the service-linked roles that came, so AWS let them go.
        assert.deepEqual(rolesAfter, rolesBefore);
      });

      it("is a member of the security account no more", async () => {
        for (const region of regions) {
          const guardDuty = new GuardDutyClient(environment.root(security, region));
          const { DetectorIds: [DetectorId] = [] } = await guardDuty.send(new ListDetectorsCommand({}));
          const seen = await guardDuty.send(new GetDetectorMembers({ DetectorId, AccountIds: [accountId] }));
          assert.deepEqual(seen.Members, [], region);
          const hub = new SecurityHubClient(environment.root(security, region));
          const { Members = [] } = await hub.send(new GetHubMembers({ AccountIds: [accountId] }));
          for (const { MemberStatus } of Members) assert.equal(MemberStatus, "Removed", region);
        }
        const { body } = await environment.api.call("GET", `/accounts/${accountId}`);
        assert.equal(body.status, "offboarded");
        assert.equal(way.offboarding.result.resources, 0);
      });
    });
  }

  // In a suite of its own, so that it comes after the others.
  describe("which has left", () => {
    it("can come back, and is adopted again", async () => {
      const accountId = "100000000004";
      const { api, root } = environment;
      const again = await api.done("POST", "/accounts", { accountId });
      const { adoptions } = accounts[accountId] as Expected;
      assert.deepEqual(decisions(again), adoptions);
      assert.deepEqual(
        withoutNewIds(await readAccount(root, accountId, regions)),
        withoutNewIds(ways.get(accountId)?.during),
      );
    });
  });
});

/** Detectors and recorders get new ids when they are made anew. */
function withoutNewIds(state: AccountState | undefined): unknown {
  return JSON.parse(JSON.stringify(state).replaceAll(/"id":"\w+",|"arn":"arn:aws:config:[^"]+",/g, ""));
}

function decisions({ result }: Operation): string[] {
  const adoptions = result.adoptions as { type: string; region: string; decision: string }[];
  return (
    adoptions
      .map(({ type, region, decision }) => `${type} ${region} ${decision}`)
      .filter((told) => !told.startsWith("aws:iam/serviceLinkedRole:"))
      // Every VPC has one; what is told apart is one that is left.
      .filter((told) => !/^aws:ec2\/defaultSecurityGroup:.* takeOver$/.test(told))
      .sort()
  );
}

/** Settings of another administrator, and a default security group that a network interface uses. */
async function prepareOwnSettings({ root }: Environment, accountId: string): Promise<void> {
  const [east, west] = regions.map((region) => new EC2(root(accountId, region)));
  await east?.enableSnapshotBlockPublicAccess({ State: "block-new-sharing" });
  const { Subnets: [subnet] = [] } = (await east?.describeSubnets({})) ?? {};
  await east?.createNetworkInterface({ SubnetId: subnet?.SubnetId });
  await west?.disableImageBlockPublicAccess({});
  await west?.modifyInstanceMetadataDefaults({ HttpTokens: "optional", InstanceMetadataTags: "enabled" });
  const { SecurityGroups: [group] = [] } =
    (await west?.describeSecurityGroups({ Filters: [{ Name: "group-name", Values: ["default"] }] })) ?? {};
  await west?.authorizeSecurityGroupIngress({
    GroupId: group?.GroupId,
    IpPermissions: [
      { IpProtocol: "tcp", FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: "10.0.0.0/8", Description: "inside" }] },
    ],
  });
  await new Account(root(accountId)).putAlternateContact({
    ...{ AlternateContactType: "SECURITY", Name: "Somebody", Title: "Owner" },
    ...{ EmailAddress: "owner@example.org", PhoneNumber: "555" },
  });
}
