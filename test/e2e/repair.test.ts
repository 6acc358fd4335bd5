import assert from "node:assert/strict";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { EC2 } from "@aws-sdk/client-ec2";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { awsNames } from "../../programs/names.ts";
import { dynamodbLedger } from "../../remediation/response/dynamodb-ledger.ts";
import { type Environment, type Shelter, startEnvironment } from "./environment.ts";
import { until } from "./until.ts";

const HOME = "us-east-1";
const SECURITY = "222222222222";
const MEMBER = "100000000001";
const FINDING = "ebs-encryption";

describe("a setting of the baseline that somebody has changed by hand, found by Security Hub", function () {
  this.timeout(300_000);
  const shelter: Shelter = { parts: [] };
  let environment: Environment;
  let ec2: EC2;
  let hub: SecurityHub;

  before(async () => {
    environment = await startEnvironment(shelter, (settings) => ({
      ...settings,
      regions: [HOME],
      features: {
        ...settings.features,
        ...{ systemsManager: { enabled: false }, alerts: { heartbeat: { enabled: false } } },
        response: { policy: { modes: { "ebs-encryption-default": "automatic" } } },
      },
    }));
    await environment.api.done("POST", "/admin/deployments", {});
    await environment.api.done("POST", "/accounts", { accountId: MEMBER });
    ec2 = new EC2(environment.root(MEMBER));
    hub = new SecurityHub(environment.root(MEMBER));
  });
  after(async () => {
    for (const client of [ec2, hub]) client?.destroy();
    for (const part of shelter.parts.toReversed()) await part.stop();
  });

  const findingOf = async () => {
    const Filters = { Id: [{ Value: FINDING, Comparison: "EQUALS" as const }] };
    return (await hub.getFindings({ Filters })).Findings?.[0];
  };

  it("is set again by a repair that the response has asked for, read again, and RESOLVED", async () => {
    await ec2.disableEbsEncryptionByDefault({});
    const at = new Date().toISOString();
    const { FailedFindings } = await hub.batchImportFindings({
      Findings: [
        {
          SchemaVersion: "2018-10-08",
          Id: FINDING,
          ProductArn: `arn:aws:securityhub:${HOME}:${MEMBER}:product/${MEMBER}/default`,
          GeneratorId: "security-control/EC2.7",
          AwsAccountId: MEMBER,
          ...{ CreatedAt: at, UpdatedAt: at },
          ...{ Title: "EBS default encryption should be enabled", Description: "It is not" },
          Types: ["Software and Configuration Checks/Industry and Regulatory Standards"],
          Severity: { Label: "MEDIUM" },
          Compliance: { Status: "FAILED", SecurityControlId: "EC2.7" },
          Resources: [{ Type: "AwsAccount", Id: `AWS::::Account:${MEMBER}`, Region: HOME }],
        },
      ],
    });
    assert.deepEqual(FailedFindings ?? [], []);
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
    await until("RESOLVED", async () => (await findingOf())?.Workflow?.Status === "RESOLVED");
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
