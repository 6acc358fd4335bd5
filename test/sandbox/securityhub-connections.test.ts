import assert from "node:assert/strict";
import type {
  AwsSecurityFinding,
  DescribeHubResponse,
  DescribeStandardsResponse,
  GetFindingsResponse,
} from "@aws-sdk/client-securityhub";
import { createSecurityHub } from "../../sandbox/emulators/securityhub/securityhub.ts";
import type { Account, Aws, OrganizationView } from "../../sandbox/gateway/emulator.ts";

const MEMBER = "100000000001";
const at = { accountId: MEMBER, region: "us-gov-west-1" };
const day = 24 * 3600 * 1000;

/** A Security Hub without a gateway: for what no call reaches, and for days that pass at once. */
function alone(partition = "aws-us-gov") {
  const events: { accountId: string; detailType: string; detail: object; resources?: readonly string[] }[] = [];
  const clock = { now: Date.parse("2026-03-01T00:00:00Z") };
  const account = { id: MEMBER, name: "clearing-prod", state: "ACTIVE" } as Account;
  const organization: OrganizationView = {
    organizationId: "o-test",
    managementAccountId: "111111111111",
    partition,
    account: (id) => (id === MEMBER ? account : undefined),
    members: () => [account],
    isMember: (id) => id === MEMBER,
    hasTrustedAccess: () => true,
    enableTrustedAccess: () => {},
    delegatedAdministrators: () => [],
    parentsOf: () => [],
    registerDelegatedAdministrator: () => {},
    deregisterDelegatedAdministrator: () => {},
  };
  const aws: Aws = {
    organization,
    now: () => clock.now,
    hex: (length) => "0".repeat(length),
    later: (_, work) => void work(),
    putEvent: async (event) => void events.push(event),
    openRootSession: () => assert.fail("Security Hub opens no session"),
    openServiceSession: () => assert.fail("Security Hub opens no session"),
    forwardSession: () => assert.fail("Security Hub opens no session"),
    ensureServiceLinkedRole: async () => {},
    asRoot: () => assert.fail("there is nothing to call"),
    asRootBehind: () => assert.fail("there is nothing to call"),
  };
  const hub = createSecurityHub(aws);
  const call = async <Answer>(operation: string, input: object = {}): Promise<Answer> =>
    (await hub.emulator.operations[operation]?.({
      ...at,
      service: "securityhub",
      operation,
      input,
      principal: { arn: `arn:${partition}:iam::${MEMBER}:root`, accountId: MEMBER, type: "Root" },
      requestId: "1",
    })) as Answer;
  return { hub, call, events, clock };
}

const byGuardDuty: AwsSecurityFinding = {
  SchemaVersion: "2018-10-08",
  Id: "arn:aws-us-gov:guardduty:us-gov-west-1:100000000001:detector/1/finding/1",
  ProductArn: "arn:aws-us-gov:securityhub:us-gov-west-1::product/aws/guardduty",
  GeneratorId: "guardduty",
  AwsAccountId: MEMBER,
  CreatedAt: "2026-03-01T10:00:00Z",
  UpdatedAt: "2026-03-01T10:00:00Z",
  Severity: { Label: "HIGH" },
  Title: "An instance talks to a known host",
  Description: "It should not",
  Resources: [{ Type: "AwsEc2Instance", Id: "i-1" }],
};

describe("Security Hub in the sandbox: its connections", () => {
  it("takes findings that AWS's products send while it is on, and drops them while it is off", async () => {
    const { hub, call, events } = alone();
    await hub.send(at, "aws/guardduty", [byGuardDuty]);
    assert.equal(hub.isEnabled(at), false);
    await call("EnableSecurityHub", { EnableDefaultStandards: false });
    assert.equal(hub.isEnabled(at), true);
    assert.deepEqual((await call<GetFindingsResponse>("GetFindings")).Findings, []);
    await hub.send(at, "aws/guardduty", [byGuardDuty]);
    const { Findings } = await call<GetFindingsResponse>("GetFindings");
    assert.deepEqual([Findings?.[0]?.CompanyName, Findings?.[0]?.ProductName], ["Amazon", "GuardDuty"]);
    assert.equal(events[0]?.detailType, "Security Hub Findings - Imported");
    await call("DisableImportFindingsForProduct", {
      ProductSubscriptionArn: `arn:aws-us-gov:securityhub:us-gov-west-1:${MEMBER}:product-subscription/aws/guardduty`,
    });
    await hub.send(at, "aws/guardduty", [{ ...byGuardDuty, Id: "2" }]);
    assert.equal((await call<GetFindingsResponse>("GetFindings")).Findings?.length, 1);
  });

  it("sends what a person picks through a custom action, each finding in an event", async () => {
    const { hub, call, events } = alone();
    await call("EnableSecurityHub", { EnableDefaultStandards: false });
    const { ActionTargetArn: arn } = await call<{ ActionTargetArn: string }>("CreateActionTarget", {
      Id: "Isolate",
      Name: "Isolate instance",
      Description: "Cuts it off",
    });
    await hub.useCustomAction(at, arn, [byGuardDuty, { ...byGuardDuty, Id: "2" }]);
    assert.equal(events.length, 2);
    assert.deepEqual(events[0]?.resources, [arn]);
    assert.equal(events[0]?.detailType, "Security Hub Findings - Custom Action");
    assert.deepEqual(events[0]?.detail, {
      actionName: "Isolate instance",
      actionDescription: "Cuts it off",
      findings: [byGuardDuty],
    });
    await assert.rejects(hub.useCustomAction(at, `${arn}2`, [byGuardDuty]), /was not found/);
  });

  it("keeps findings for 90 days after it was disabled, and no longer", async () => {
    const { hub, call, clock } = alone();
    const count = async () => (await call<GetFindingsResponse>("GetFindings")).Findings?.length;
    await call("EnableSecurityHub", {});
    await hub.send(at, "aws/guardduty", [byGuardDuty]);
    for (const [days, left] of [
      [89, 1],
      [91, 0],
    ] as const) {
      await call("DisableSecurityHub");
      clock.now += days * day;
      await call("EnableSecurityHub", {});
      assert.equal(await count(), left);
    }
  });

  it("names everything in the partition of the organization", async () => {
    const { call } = alone("aws-cn");
    await call("EnableSecurityHub", {});
    const { Standards } = await call<DescribeStandardsResponse>("DescribeStandards");
    const { HubArn } = await call<DescribeHubResponse>("DescribeHub");
    for (const arn of [HubArn, ...(Standards?.map((each) => each.StandardsArn) ?? [])]) {
      assert.match(arn ?? "", /^arn:aws-cn:securityhub:/);
    }
  });
});
