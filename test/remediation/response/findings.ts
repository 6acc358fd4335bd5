import assert from "node:assert/strict";
import { type AsffFinding, readFinding } from "../../../remediation/response/finding.ts";

/** A finding as Security Hub sends it, with fields that nobody reads. */
export function asff(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    SchemaVersion: "2018-10-08",
    Id: "arn:aws:securityhub:eu-west-1:100000000001:security-control/S3.8/finding/6b2c",
    ProductArn: "arn:aws:securityhub:eu-west-1::product/aws/securityhub",
    ProductName: "Security Hub",
    GeneratorId: "security-control/S3.8",
    AwsAccountId: "100000000001",
    Region: "eu-west-1",
    Types: ["Software and Configuration Checks/Industry and Regulatory Standards"],
    CreatedAt: "2026-03-01T10:00:00.000Z",
    UpdatedAt: "2026-03-01T10:00:00.000Z",
    Severity: { Label: "HIGH", Normalized: 70 },
    Title: "S3 buckets should block public access",
    Description: "A bucket does not.",
    Resources: [{ Type: "AwsS3Bucket", Id: "arn:aws:s3:::statements", Partition: "aws", Region: "eu-west-1" }],
    Compliance: { Status: "FAILED", SecurityControlId: "S3.8" },
    Workflow: { Status: "NEW" },
    RecordState: "ACTIVE",
    ...overrides,
  };
}

/** The event with the finding; one of a custom action where `actionId` is given. */
export function event(finding: unknown, actionId?: string): Record<string, unknown> {
  return {
    version: "0",
    id: "1a1111a1-b22b-3c33-444d-5555e5ee5555",
    "detail-type": `Security Hub Findings - ${actionId === undefined ? "Imported" : "Custom Action"}`,
    source: "aws.securityhub",
    account: "100000000009",
    time: "2026-03-01T10:00:05Z",
    region: "eu-west-1",
    resources: [
      actionId === undefined
        ? "arn:aws:securityhub:eu-west-1::product/aws/securityhub/6b2c"
        : `arn:aws:securityhub:eu-west-1:100000000009:action/custom/${actionId}`,
    ],
    detail: { ...(actionId === undefined ? {} : { actionName: "Block public S3" }), findings: [finding] },
  };
}

/** A finding as the response reads it. */
export function findingOf(overrides: Record<string, unknown> = {}): AsffFinding {
  const read = readFinding(JSON.stringify(event(asff(overrides))));
  assert.ok(read.kind === "finding", JSON.stringify(read));
  return read.finding;
}
