import assert from "node:assert/strict";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { EC2 } from "@aws-sdk/client-ec2";
import { awsNames } from "../../programs/names.ts";
import { dynamodbLedger } from "../../remediation/response/dynamodb-ledger.ts";
import type { Environment } from "./environment.ts";
import { HOME, MEMBER, type Responding, respondingOrganization, SECURITY } from "./responding.ts";
import { until } from "./until.ts";

const FINDING = "ebs-encryption";

describe("a setting of the baseline that somebody has changed by hand, found by Security Hub", function () {
  this.timeout(900_000);
  let world: Responding;
  let environment: Environment;
  let ec2: EC2;

  before(async () => {
    world = await respondingOrganization();
    environment = world.environment;
    ec2 = new EC2(environment.root(MEMBER));
  });
  after(() => ec2?.destroy());

  it("is set again by a repair that the response has asked for, read again, and RESOLVED", async () => {
    await ec2.disableEbsEncryptionByDefault({});
    await world.found(FINDING, {
      GeneratorId: "security-control/EC2.7",
      ...{ Title: "EBS default encryption should be enabled", Description: "It is not" },
      Types: ["Software and Configuration Checks/Industry and Regulatory Standards"],
      Severity: { Label: "MEDIUM" },
      Compliance: { Status: "FAILED", SecurityControlId: "EC2.7" },
      Resources: [{ Type: "AwsAccount", Id: `AWS::::Account:${MEMBER}`, Region: HOME }],
    });
    const repairs = async () => (await environment.api.call("GET", "/operations?kind=repair")).body.items;
    await until("the repair", async () => (await repairs()).length > 0);
    const [operation] = await repairs();
    assert.deepEqual(operation.target, { stack: `account-${MEMBER}`, accountId: MEMBER });
    assert.deepEqual([operation.how, operation.requestedBy], ["event", "bulwark.response"]);
    const id = /^incident ([0-9a-f]{32}) \(ebs-encryption-default\): /.exec(operation.because)?.[1] ?? "";
    const ended = await environment.api.ended(operation.id);
    assert.equal(ended.status, "succeeded", JSON.stringify(ended.error));
    assert.equal((await ec2.getEbsEncryptionByDefault({})).EbsEncryptionByDefault, true);
    // The watch looks each minute.
    await until("RESOLVED", async () => (await world.findingOf(FINDING))?.Workflow?.Status === "RESOLVED");
    const dynamo = new DynamoDB(environment.root(SECURITY));
    const ledger = dynamodbLedger(dynamo, awsNames.incidents);
    await until("the ledger", async () => (await ledger.get(id))?.state === "verified");
    const states = (await ledger.history(id)).map(({ state }) => state);
    dynamo.destroy();
    assert.deepEqual(states, ["started", "repairing", "verified"]);
    assert.equal((await repairs()).length, 1, "one finding, one repair");
    const undo = await environment.api.call("POST", `/remediations/${id}/undo`, { body: {} });
    assert.equal(undo.status, 409);
    assert.match(undo.text, /the baseline owns the setting/);
  });
});
