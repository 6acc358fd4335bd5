import assert from "node:assert/strict";
import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import {
  ConfigServiceClient,
  DescribeConfigurationRecorderStatusCommand,
  DescribeConfigurationRecordersCommand,
  DescribeDeliveryChannelsCommand,
} from "@aws-sdk/client-config-service";
import { EC2Client, GetEbsEncryptionByDefaultCommand } from "@aws-sdk/client-ec2";
import { GetDetectorCommand, GuardDutyClient, ListDetectorsCommand } from "@aws-sdk/client-guardduty";
import { GetAccountPasswordPolicyCommand, GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { BatchGetAccountStatusCommand, Inspector2Client } from "@aws-sdk/client-inspector2";
import { GetPublicAccessBlockCommand, S3ControlClient } from "@aws-sdk/client-s3-control";
import { DescribeHubCommand, GetEnabledStandardsCommand, SecurityHubClient } from "@aws-sdk/client-securityhub";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { OrganizationSettings } from "../../programs/settings.ts";
import { SAMPLE } from "../../sandbox/organization/accounts.ts";
import { sampleOrganization } from "../../sandbox/organization/organization.ts";
import settings from "../../sandbox/organization/settings.json" with { type: "json" };
import { logsOrganizationEvents } from "../../stacks/bootstrap/event-trail.ts";
import { type RunningSandbox, runSandbox, until } from "./running-sandbox.ts";

describe("the sample organization", () => {
  it("has accounts of its own ids, names and addresses, each under a unit that exists", () => {
    const parents = new Set([SAMPLE.rootId, ...SAMPLE.units.map(({ id }) => id), undefined]);
    for (const { id, parentId, email } of SAMPLE.accounts) {
      assert.match(id, /^\d{12}$/);
      assert.ok(parents.has(parentId), `${id} is under ${parentId}`);
      assert.match(email, /@\w+\.example\.com$/);
    }
    for (const key of ["id", "name", "email"] as const) {
      assert.equal(new Set(SAMPLE.accounts.map((account) => account[key])).size, SAMPLE.accounts.length, key);
    }
    for (const { id } of SAMPLE.units) assert.match(id, /^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$/);
  });

  it("has settings that the service takes", () => {
    const { accounts } = OrganizationSettings.parse(settings);
    assert.equal(accounts.management, SAMPLE.managementAccountId);
    const names = (id: string) => SAMPLE.accounts.find((account) => account.id === id)?.name;
    assert.deepEqual([accounts.security, accounts.logArchive].map(names), ["security", "log-archive"]);
  });

  describe("in the sandbox", () => {
    let sandbox: RunningSandbox;
    before(async () => {
      sandbox = await runSandbox(sampleOrganization);
    });
    after(() => sandbox.close());

    it("lets the management account into every active member, and nobody into a suspended one", async () => {
      const sts = new STSClient(sandbox.root(SAMPLE.managementAccountId));
      const assume = (id: string) =>
        sts.send(
          new AssumeRoleCommand({
            RoleArn: `arn:aws:iam::${id}:role/OrganizationAccountAccessRole`,
            RoleSessionName: "test",
          }),
        );
      const members = SAMPLE.accounts.filter(
        ({ id, parentId, state }) => parentId !== undefined && state === undefined && id !== SAMPLE.managementAccountId,
      );
      assert.equal(members.length, 20);
      await Promise.all(members.map(({ id }) => assume(id)));
      for (const id of ["100000000099", "555555555555"]) await assert.rejects(assume(id), { name: "AccessDenied" });
    });

    it("has a detector in one account", async () => {
      const guardDuty = new GuardDutyClient(sandbox.root("100000000002"));
      const { DetectorIds: ids = [] } = await guardDuty.send(new ListDetectorsCommand());
      assert.equal(ids.length, 1);
      const detector = await guardDuty.send(new GetDetectorCommand({ DetectorId: ids[0] }));
      assert.equal(detector.FindingPublishingFrequency, "SIX_HOURS");
      const empty = new GuardDutyClient(sandbox.root("100000000001"));
      assert.deepEqual((await empty.send(new ListDetectorsCommand())).DetectorIds, []);
    });

    it("has a hub with other standards in one", async () => {
      const securityHub = new SecurityHubClient(sandbox.root("100000000004"));
      const hub = await securityHub.send(new DescribeHubCommand());
      assert.equal(hub.ControlFindingGenerator, "STANDARD_CONTROL");
      const { StandardsSubscriptions: standards } = await securityHub.send(new GetEnabledStandardsCommand());
      assert.deepEqual(
        standards?.map(({ StandardsArn }) => StandardsArn).toSorted(),
        ["aws-foundational-security-best-practices/v/1.0.0", "nist-800-53/v/5.0.0"].map(
          (standard) => `arn:aws:securityhub:us-east-1::standards/${standard}`,
        ),
      );
    });

    it("has a recorder to a bucket of its own, and a password policy, in one", async () => {
      const config = new ConfigServiceClient(sandbox.root("100000000005", "us-west-2"));
      const { ConfigurationRecorders: recorders } = await config.send(new DescribeConfigurationRecordersCommand());
      assert.equal(recorders?.[0]?.name, "default");
      const { ConfigurationRecordersStatus: statuses } = await config.send(
        new DescribeConfigurationRecorderStatusCommand(),
      );
      assert.equal(statuses?.[0]?.recording, true);
      const { DeliveryChannels: channels } = await config.send(new DescribeDeliveryChannelsCommand());
      assert.equal(channels?.[0]?.s3BucketName, "surveillance-config-100000000005");
      const elsewhere = new ConfigServiceClient(sandbox.root("100000000005"));
      const none = await elsewhere.send(new DescribeConfigurationRecordersCommand());
      assert.deepEqual(none.ConfigurationRecorders, []);

      const iam = new IAMClient(sandbox.root("100000000005"));
      await iam.send(new GetRoleCommand({ RoleName: "AWSServiceRoleForConfig" }));
      const { PasswordPolicy: policy } = await iam.send(new GetAccountPasswordPolicyCommand());
      assert.equal(policy?.MinimumPasswordLength, 10);
    });

    it("has the trail without which new accounts are not heard of", async () => {
      const trails = (id: string) => logsOrganizationEvents(new CloudTrailClient(sandbox.root(id)));
      assert.equal(await trails(SAMPLE.managementAccountId), true);
      assert.equal(await trails("100000000001"), false);
    });

    it("has volume encryption and half a public access block in one", async () => {
      const encrypts = async (accountId: string, region?: string) =>
        (await new EC2Client(sandbox.root(accountId, region)).send(new GetEbsEncryptionByDefaultCommand()))
          .EbsEncryptionByDefault;
      assert.equal(await encrypts("100000000006"), true);
      assert.equal(await encrypts("100000000006", "us-west-2"), false);
      assert.equal(await encrypts("100000000001"), false);
      const block = (AccountId: string) =>
        new S3ControlClient({
          ...sandbox.root(AccountId),
          endpointProvider: () => ({ url: new URL(sandbox.url) }),
        }).send(new GetPublicAccessBlockCommand({ AccountId }));
      assert.deepEqual((await block("100000000006")).PublicAccessBlockConfiguration, {
        BlockPublicAcls: true,
        IgnorePublicAcls: true,
        BlockPublicPolicy: false,
        RestrictPublicBuckets: false,
      });
      await assert.rejects(block("100000000001"), { name: "NoSuchPublicAccessBlockConfiguration" });
    });

    it("scans container images in one region of one", async () => {
      const ask = (id: string) =>
        new Inspector2Client(sandbox.root(id, "us-west-2")).send(new BatchGetAccountStatusCommand());
      const { accounts } = await until(
        () => ask("100000000006"),
        (answer) => answer.accounts?.[0]?.state?.status === "ENABLED",
      );
      const { ec2, ecr } = accounts?.[0]?.resourceState ?? {};
      assert.deepEqual([ec2?.status, ecr?.status], ["DISABLED", "ENABLED"]);
      assert.equal((await ask("100000000001")).accounts?.[0]?.state?.status, "DISABLED");
    });

    it("has an account that is not ready yet and one that is suspended", async () => {
      const ask = (accountId: string) =>
        new GuardDutyClient({ ...sandbox.root(accountId), maxAttempts: 1 }).send(new ListDetectorsCommand());
      await assert.rejects(ask("100000000090"), { name: "OptInRequired" });
      await assert.rejects(ask("100000000099"), { name: "UnrecognizedClientException" });
    });
  });
});
