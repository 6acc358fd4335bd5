import assert from "node:assert/strict";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { KMS } from "@aws-sdk/client-kms";
import { S3 } from "@aws-sdk/client-s3";
import type { Sought } from "../../programs/recovery/sought.ts";
import { identifyingTags } from "../../programs/recovery/tag.ts";
import { resourceTypes } from "../../programs/resource-types.ts";
import { readDetector, readFindingsExport } from "../../stacks/inventory/guardduty.ts";
import type { Reading } from "../../stacks/inventory/reading.ts";
import { findResource } from "../../stacks/recovery/find.ts";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";

const account = "100000000001";
const region = "us-east-1";

describe("what was being set in GuardDuty when a run died", () => {
  let sandbox: RunningSandbox;
  let guardDuty: GuardDuty;
  let reading: Reading;
  let DetectorId = "";

  before(async () => {
    sandbox = await runSandbox();
    const { endpoint, credentials } = sandbox.root(account);
    guardDuty = new GuardDuty(sandbox.root(account));
    const expiration = new Date(Date.now() + 3_600_000).toISOString();
    reading = { accountId: account, endpoint, credentials: { ...credentials, sessionToken: "", expiration } };
    const Features = [{ Name: "S3_DATA_EVENTS" as const, Status: "DISABLED" as const }];
    DetectorId = (await guardDuty.createDetector({ Enable: true, Features })).DetectorId ?? "";
  });

  after(async () => {
    guardDuty?.destroy();
    await sandbox?.close();
  });

  const find = (type: string, name: string, inputs: object) => {
    const sought: Sought = { type, name, accountId: account, partition: "aws", region, inputs: { ...inputs } };
    return findResource({ sought, reading, known: new Set() });
  };

  it("is found, if it is an export of findings, by its tags, and read with the inventory", async () => {
    const s3 = new S3({ ...sandbox.root(account), forcePathStyle: true });
    const kms = new KMS(sandbox.root(account));
    const service = { Effect: "Allow", Principal: { Service: "guardduty.amazonaws.com" } };
    const own = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "kms:*", Resource: "*" };
    const policy = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
    const Policy = policy(own, { ...service, Action: "kms:GenerateDataKey", Resource: "*" });
    const KmsKeyArn = (await kms.createKey({ Policy })).KeyMetadata?.Arn ?? "";
    const DestinationArn = "arn:aws:s3:::own-findings";
    await s3.createBucket({ Bucket: "own-findings" });
    const Resource = [DestinationArn, `${DestinationArn}/*`];
    await s3.putBucketPolicy({ Bucket: "own-findings", Policy: policy({ ...service, Action: "s3:*", Resource }) });
    const tags = { ...identifyingTags("admin", "findings-export-us-east-1") };
    const { DestinationId } = await guardDuty.createPublishingDestination({
      DetectorId,
      DestinationType: "S3",
      DestinationProperties: { DestinationArn, KmsKeyArn },
      Tags: tags,
    });
    const inputs = { detectorId: DetectorId, tags };
    const id = `${DetectorId}:${DestinationId}`;
    const found = await find(resourceTypes.findingsExport, "findings-export-us-east-1", inputs);
    assert.deepEqual(found, { id, importId: `${id}@us-east-1` });
    const theirs = { ...inputs, tags: identifyingTags("admin", "findings-export-eu-west-1") };
    assert.equal(await find(resourceTypes.findingsExport, "findings-export-us-east-1", theirs), undefined);
    assert.deepEqual(await readFindingsExport(reading, region, DetectorId), {
      id: DestinationId,
      destinationArn: DestinationArn,
      kmsKeyArn: KmsKeyArn,
      tags,
    });
    s3.destroy();
    kms.destroy();
  });

  it("is found, if it is a list, by its tags as Cloud Control takes them", async () => {
    const set = { DetectorId, Name: "list", Format: "TXT" as const, Location: "s3://lists/a.txt", Activate: true };
    const tagsOf = (name: string) => ({ ...identifyingTags("admin", name) });
    await guardDuty.createThreatEntitySet({ ...set, Tags: tagsOf("another") });
    const threat = await guardDuty.createThreatEntitySet({ ...set, Tags: tagsOf("threat") });
    const trusted = await guardDuty.createTrustedEntitySet({ ...set, Tags: tagsOf("trusted") });
    const inputs = (name: string) => ({
      detectorId: DetectorId,
      tags: Object.entries(tagsOf(name)).map(([key, value]) => ({ key, value })),
    });
    const threatId = `${threat.ThreatEntitySetId}|${DetectorId}`;
    assert.deepEqual(await find(resourceTypes.threatEntitySet, "threat", inputs("threat")), {
      id: threatId,
      importId: threatId,
    });
    const trustedId = `${trusted.TrustedEntitySetId}|${DetectorId}`;
    assert.equal((await find(resourceTypes.trustedEntitySet, "trusted", inputs("trusted")))?.id, trustedId);
    assert.equal(await find(resourceTypes.trustedEntitySet, "none", inputs("none")), undefined);
  });

  it("is set again, if it is a plan: nothing is looked for", async () => {
    const inputs = { detectorId: DetectorId, name: "S3_DATA_EVENTS", status: "ENABLED" };
    for (const type of [resourceTypes.plan, resourceTypes.memberPlan, resourceTypes.organizationPlan]) {
      assert.equal(await find(type, "plan", inputs), undefined);
    }
  });

  it("is preceded by an inventory that has the plans as they are", async () => {
    const agents = ["EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT"];
    assert.deepEqual((await readDetector(reading, region))?.plans, [
      { name: "S3_DATA_EVENTS", status: "DISABLED" },
      { name: "EKS_AUDIT_LOGS", status: "ENABLED" },
      { name: "RDS_LOGIN_EVENTS", status: "ENABLED" },
      { name: "LAMBDA_NETWORK_LOGS", status: "ENABLED" },
      { name: "EBS_MALWARE_PROTECTION", status: "ENABLED" },
      {
        name: "RUNTIME_MONITORING",
        status: "DISABLED",
        additionalConfigurations: agents.map((name) => ({ name, status: "DISABLED" })),
      },
    ]);
  });
});
