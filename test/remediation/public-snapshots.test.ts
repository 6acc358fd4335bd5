import assert from "node:assert/strict";
import { EC2Client } from "@aws-sdk/client-ec2";
import fc from "fast-check";
import { decide, targetsOf } from "../../remediation/public-snapshots-ebs/decide.ts";
import { publicSnapshotsEbsRemediation } from "../../remediation/public-snapshots-ebs/remediation.ts";
import {
  decide as decideRds,
  isOfCluster,
  targetsOf as targetsOfRds,
} from "../../remediation/public-snapshots-rds/decide.ts";
import type { Facts, Session } from "../../remediation/remediation.ts";

const accountId = "100000000001";
const facts: Facts = { now: new Date(0), organizationAccounts: [], partnerAccounts: [], untouchable: [] };
const region = "eu-central-1";
const target = { accountId, region };
const arnOf = (id: string) => `arn:aws:ec2:${region}::snapshot/${id}`;

describe("the decision on public EBS snapshots", () => {
  const finding = (Region: unknown, Id: unknown, Type = "AwsAccount") => ({
    AwsAccountId: accountId,
    Region: Region as string,
    Resources: [{ Type, Id: Id as string }],
  });

  it("is about the finding's own account, in its region", () => {
    assert.deepEqual(targetsOf(finding(region, `AWS::::Account:${accountId}`)), [target]);
    const govern = finding("us-gov-west-1", `AWS::::Account:${accountId}`);
    assert.deepEqual(targetsOf(govern), [{ accountId, region: "us-gov-west-1" }]);
    const hostile = ["", null, 7, accountId, "AWS::::Account:999988887777", `AWS::::Account:${accountId}\n`, "*"];
    for (const id of hostile) assert.deepEqual(targetsOf(finding(region, id)), [], String(id));
    for (const place of [undefined, null, 7, "", "*", "..", "eu-central-1.evil.example", "eu-central-1\n"]) {
      assert.deepEqual(targetsOf(finding(place, `AWS::::Account:${accountId}`)), [], String(place));
    }
    assert.deepEqual(targetsOf(finding(region, `AWS::::Account:${accountId}`, "AwsEc2Volume")), []);
  });

  it("leaves public what owners protect and what nothing touches, and nothing else", () => {
    const ids = fc.uniqueArray(fc.stringMatching(/^snap-[0-9a-f]{8}$/), { maxLength: 6 });
    fc.assert(
      fc.property(ids, fc.infiniteStream(fc.constantFrom("free", "marked", "untouchable")), (drawn, kinds) => {
        const snapshots = drawn.sort();
        const kindOf = new Map(snapshots.map((id) => [id, kinds.next().value as string]));
        const of = (kind: string) => snapshots.filter((id) => kindOf.get(id) === kind);
        const decision = decide(
          { snapshots },
          target,
          { ...facts, untouchable: of("untouchable").map(arnOf) },
          { partition: "aws", marked: of("marked") },
        );
        const kept = snapshots.filter((id) => kindOf.get(id) !== "free");
        if (snapshots.length === 0) assert.equal(decision.kind, "nothing");
        else if (kept.length === snapshots.length) assert.equal(decision.kind, "refuse");
        else assert.deepEqual(decision, { kind: "change", to: { snapshots: kept } });
      }),
    );
  });

  it("takes back the others where one can't be, and says which failed", async () => {
    const sent: string[] = [];
    const client = {
      send: async ({ input }: { input: { SnapshotId: string; OperationType: string } }) => {
        sent.push(`${input.OperationType} ${input.SnapshotId}`);
        if (input.SnapshotId === "snap-gone") throw named("InvalidSnapshot.NotFound");
        if (input.SnapshotId === "snap-b") throw named("UnauthorizedOperation");
      },
    };
    const session = { client: (Class: unknown) => Class === EC2Client && client } as unknown as Session;
    const from = { snapshots: ["snap-a", "snap-b", "snap-c", "snap-gone"] };
    const write = (one: object, other: object) =>
      publicSnapshotsEbsRemediation.write(session, target, one as never, other as never);
    await assert.rejects(write(from, { snapshots: ["snap-a"] }), { name: "UnauthorizedOperation" });
    assert.deepEqual(sent, ["remove snap-b", "remove snap-c", "remove snap-gone"]);
    await assert.rejects(write({ snapshots: [] }, from), /InvalidSnapshot.NotFound|UnauthorizedOperation/);
  });
});

const named = (name: string) => Object.assign(new Error(name), { name });

describe("the decision on public RDS snapshots", () => {
  const arn = `arn:aws:rds:${region}:${accountId}:snapshot:statements-2026`;
  const cluster = `arn:aws-cn:rds:cn-north-1:${accountId}:cluster-snapshot:ledger`;

  it("is about the snapshots that were made by hand in the finding's account", () => {
    const finding = (Type: string, ...ids: readonly unknown[]) => ({
      AwsAccountId: accountId,
      Resources: ids.map((Id) => ({ Type, Id: Id as string })),
    });
    assert.deepEqual(targetsOfRds(finding("AwsRdsDbSnapshot", arn, arn)), [{ accountId, arn }]);
    assert.deepEqual(targetsOfRds(finding("AwsRdsDbClusterSnapshot", cluster)), [{ accountId, arn: cluster }]);
    assert.deepEqual(
      [arn, cluster].map((one) => isOfCluster({ accountId, arn: one })),
      [false, true],
    );
    const hostile = [
      "",
      null,
      7,
      "statements-2026",
      cluster,
      `${arn}\n`,
      `arn:aws:rds:${region}:${accountId}:snapshot:rds:automated-2026`,
      `arn:aws:rds:${region}:${accountId}:snapshot:*`,
      `arn:aws:rds:${region}:${accountId}:db:statements`,
      arn.replace(accountId, "999988887777"),
      arn.replace("arn:aws:", "arn:other:"),
    ];
    assert.deepEqual(targetsOfRds(finding("AwsRdsDbSnapshot", ...hostile)), []);
    assert.deepEqual(targetsOfRds(finding("AwsRdsDbClusterSnapshot", arn)), []);
    assert.deepEqual(targetsOfRds({ ...finding("AwsRdsDbSnapshot", arn), Region: "us-east-1" }), []);
  });

  it("makes private what is public and may be touched", () => {
    const one = { accountId, arn };
    assert.deepEqual(decideRds({ public: false }, one, facts), { kind: "nothing" });
    assert.deepEqual(decideRds({ public: true }, one, facts), { kind: "change", to: { public: false } });
    assert.equal(decideRds({ public: true }, one, { ...facts, untouchable: [arn] }).kind, "refuse");
  });
});
