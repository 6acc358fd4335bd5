import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { IAM } from "@aws-sdk/client-iam";
import { S3 } from "@aws-sdk/client-s3";
import { SSM } from "@aws-sdk/client-ssm";
import { type RunningSandbox, runSandbox, until } from "./running-sandbox.ts";

const owner = "222222222222";
const member = "100000000001";
const stranger = "100000000002";

const error = (name: string, message: RegExp) => ({ name, message });

const command = (script = "id", more: object = {}) =>
  JSON.stringify({
    schemaVersion: "2.2",
    description: "Says who it is",
    parameters: { Greeting: { type: "String", default: "hello", allowedValues: ["hello", "bye"] } },
    mainSteps: [{ action: "aws:runShellScript", name: "run", inputs: { runCommand: ["echo {{ Greeting }}", script] } }],
    ...more,
  });

const automation = `
schemaVersion: '0.3'
description: Closes a bucket
assumeRole: '{{ AutomationAssumeRole }}'
parameters:
  AutomationAssumeRole: { type: String }
  Bucket: { type: 'AWS::S3::Bucket::Name' }
mainSteps:
  - name: read
    action: aws:executeAwsApi
    onFailure: Continue
    inputs: { Service: s3, Api: GetPublicAccessBlock, Bucket: '{{ Bucket }}' }
    outputs: [{ Name: Before, Selector: $.PublicAccessBlockConfiguration, Type: StringMap }]
  - name: choose
    action: aws:branch
    inputs:
      Choices: [{ NextStep: close, Variable: '{{ read.Before }}', StringEquals: none }]
      Default: close
  - name: close
    action: aws:executeAwsApi
    isEnd: true
    inputs: { Service: s3, Api: PutPublicAccessBlock, Bucket: '{{ Bucket }}' }
outputs: [read.Before]
`;

describe("Systems Manager in the sandbox", () => {
  let sandbox: RunningSandbox;
  const clients = new Map<string, SSM>();

  /** Systems Manager as the root of an account. */
  function as(account: string, region = "us-east-1"): SSM {
    const key = `${account}/${region}`;
    const client = clients.get(key) ?? new SSM({ ...sandbox.root(account, region), maxAttempts: 1 });
    clients.set(key, client);
    return client;
  }

  before(async () => {
    sandbox = await runSandbox();
  });

  after(async () => {
    for (const client of clients.values()) client.destroy();
    await sandbox?.close();
  });

  describe("documents", () => {
    const create = (Name: string, Content = command(), DocumentFormat: "JSON" | "YAML" = "JSON") =>
      as(owner).createDocument({
        Name,
        Content,
        DocumentFormat,
        DocumentType: DocumentFormat === "YAML" ? "Automation" : "Command",
      });

    it("are made, read in either format, and become active", async () => {
      const { DocumentDescription: made } = await create("Whoami");
      assert.equal(made?.Status, "Creating");
      const { Document } = await until(
        () => as(owner).describeDocument({ Name: "Whoami" }),
        ({ Document: found }) => found?.Status === "Active",
      );
      assert.deepEqual(
        [Document?.Owner, Document?.SchemaVersion, Document?.DefaultVersion, Document?.LatestVersion],
        [owner, "2.2", "1", "1"],
      );
      assert.deepEqual(Document?.PlatformTypes, ["Linux", "MacOS"]);
      assert.deepEqual(Document?.Parameters, [{ Name: "Greeting", Type: "String", DefaultValue: "hello" }]);
      assert.equal(Document?.Hash, createHash("sha256").update(command()).digest("hex"));
      assert.equal((await as(owner).getDocument({ Name: "Whoami" })).Content, command());
      await create("CloseBucket", automation, "YAML");
      const read = async (DocumentFormat?: "YAML") =>
        (await as(owner).getDocument({ Name: "CloseBucket", DocumentFormat })).Content ?? "";
      assert.equal(await read("YAML"), automation);
      assert.equal(JSON.parse(await read()).mainSteps[2].name, "close");
      await assert.rejects(create("Whoami"), error("DocumentAlreadyExists", /Whoami/));
      await assert.rejects(create("AWS-Mine"), error("ValidationException", /reserved/));
      await assert.rejects(as(owner, "us-west-2").getDocument({ Name: "Whoami" }), { name: "InvalidDocument" });
    });

    it("are refused with content that AWS does not take, and it says all that is wrong", async () => {
      const refused = (content: string, name: string, message: RegExp) =>
        assert.rejects(create("Refused", content), error(name, message));
      const step = (more: object) =>
        command("id", { mainSteps: [{ action: "aws:runShellScript", name: "run", ...more }] });
      await refused("{ not json", "InvalidDocumentContent", /JSON not well-formed/);
      await refused(command("id", { schemaVersion: "9.9" }), "InvalidDocumentSchemaVersion", /9\.9 is not supported/);
      await refused(command("id", { mainSteps: [] }), "InvalidDocumentContent", /at least one step/);
      await refused(command("id", { steps: [] }), "InvalidDocumentContent", /unsupported key "steps"/);
      await refused(step({ inputs: {} }), "InvalidDocumentContent", /lacks the required key "runCommand"/);
      await refused(step({ action: "aws:hope" }), "InvalidDocumentContent", /no plugin "aws:hope"/);
      await refused(command("echo {{ Lost }}"), "InvalidDocumentContent", /Parameter "Lost" is not declared/);
      await refused(
        step({ inputs: { runCommand: [] }, precondition: { StringLike: [] } }),
        "InvalidDocumentContent",
        /StringEquals/,
      );
      const parameters = { Bad: { type: "Text" }, Worse: { type: "String", default: "c", allowedValues: ["a"] } };
      await refused(
        command("{{ Greeting }}", { parameters }),
        "InvalidDocumentContent",
        /"Bad".*Text.*; .*"Worse".*; .*"Greeting"/,
      );
      await refused(command("x".repeat(65_536)), "MaxDocumentSizeExceeded", /64 KB/);

      const broken = (from: string, to: string, message: RegExp) =>
        assert.rejects(
          create("Refused", automation.replace(from, to), "YAML"),
          error("InvalidDocumentContent", message),
        );
      await broken("Service: s3, ", "", /lacks the required key "Service"/);
      await broken("NextStep: close", "NextStep: nowhere", /no step "nowhere" to go on with/);
      await broken("'{{ read.Before }}'", "'{{ lost.Before }}'", /no step "lost"/);
      await broken("Bucket: { type: 'AWS::S3::Bucket::Name' }", "", /Parameter "Bucket" is not declared/);
      await broken("StringEquals: none", "", /has no operator/);
      await broken("onFailure: Continue", "onFailure: Shrug", /onFailure must be/);
      await broken("outputs: [read.Before]", "outputs: [other.Before]", /"other\.Before" names no step/);
    });

    it("change version by version; the default one is what callers get", async () => {
      await create("Versions");
      const update = (Content: string, more: object = {}) =>
        as(owner).updateDocument({ Name: "Versions", Content, DocumentVersion: "$LATEST", ...more });
      await assert.rejects(update(command()), { name: "DuplicateDocumentContent" });
      const { DocumentDescription } = await update(command("uptime"), { VersionName: "second" });
      assert.deepEqual([DocumentDescription?.DocumentVersion, DocumentDescription?.DefaultVersion], ["2", "1"]);
      await assert.rejects(update(command("w"), { VersionName: "second" }), { name: "DuplicateDocumentVersionName" });
      await assert.rejects(update(command("w"), { DocumentVersion: "1" }), { name: "InvalidDocumentVersion" });
      assert.equal((await as(owner).getDocument({ Name: "Versions" })).Content, command());
      assert.equal(
        (await as(owner).getDocument({ Name: "Versions", VersionName: "second" })).Content,
        command("uptime"),
      );
      await as(owner).updateDocumentDefaultVersion({ Name: "Versions", DocumentVersion: "2" });
      assert.equal((await as(owner).getDocument({ Name: "Versions" })).DocumentVersion, "2");
      await assert.rejects(
        as(owner).deleteDocument({ Name: "Versions", DocumentVersion: "2" }),
        error("InvalidDocumentOperation", /Default version/),
      );
      await as(owner).deleteDocument({ Name: "Versions", DocumentVersion: "1" });
      const { DocumentVersions } = await as(owner).listDocumentVersions({ Name: "Versions" });
      assert.deepEqual(
        DocumentVersions?.map((each) => [each.DocumentVersion, each.IsDefaultVersion]),
        [["2", true]],
      );
    });

    it("are seen by the accounts they are shared with, under their ARN, in the version shared", async () => {
      await create("Shared");
      const Name = `arn:aws:ssm:us-east-1:${owner}:document/Shared`;
      await assert.rejects(as(member).describeDocument({ Name }), { name: "InvalidDocument" });
      const modify = (more: object) =>
        as(owner).modifyDocumentPermission({ Name: "Shared", PermissionType: "Share", ...more });
      await modify({ AccountIdsToAdd: [member] });
      await as(owner).updateDocument({ Name: "Shared", Content: command("uptime"), DocumentVersion: "$LATEST" });
      const { Document } = await as(member).describeDocument({ Name });
      assert.deepEqual([Document?.Name, Document?.Owner, Document?.DocumentVersion], [Name, owner, "1"]);
      await assert.rejects(as(member).getDocument({ Name, DocumentVersion: "2" }), { name: "InvalidDocumentVersion" });
      await assert.rejects(as(stranger).getDocument({ Name }), { name: "InvalidDocument" });
      const listed = async (value: string) => {
        const Filters = [{ Key: "Owner", Values: [value] }];
        return (await as(member).listDocuments({ Filters })).DocumentIdentifiers?.map((each) => each.Name);
      };
      assert.deepEqual(await listed("Private"), [Name]);
      assert.deepEqual(await listed("Self"), []);
      assert.ok((await listed("Amazon"))?.includes("AWS-GatherSoftwareInventory"));
      await assert.rejects(as(member).listDocuments({ Filters: [{ Key: "Colour", Values: ["x"] }] }), {
        name: "InvalidFilterKey",
      });

      await assert.rejects(modify({ AccountIdsToAdd: ["all", member] }), error("ValidationException", /either be all/));
      await as(owner).updateServiceSetting({
        SettingId: "/ssm/documents/console/public-sharing-permission",
        SettingValue: "Disable",
      });
      await assert.rejects(modify({ AccountIdsToAdd: ["all"] }), { name: "InvalidPermissionType" });
      await assert.rejects(as(owner).deleteDocument({ Name: "Shared" }), error("InvalidDocumentOperation", /unshare/));
      await modify({ AccountIdsToAdd: [stranger], AccountIdsToRemove: [member], SharedDocumentVersion: "$ALL" });
      const { AccountIds, AccountSharingInfoList } = await as(owner).describeDocumentPermission({
        Name: "Shared",
        PermissionType: "Share",
      });
      assert.deepEqual(AccountIds, [stranger]);
      assert.equal(AccountSharingInfoList?.[0]?.SharedDocumentVersion, "$ALL");
      assert.equal((await as(stranger).getDocument({ Name, DocumentVersion: "2" })).Content, command("uptime"));
      await modify({ AccountIdsToRemove: [stranger] });
      await as(owner).deleteDocument({ Name: "Shared" });
      await assert.rejects(as(owner).describeDocument({ Name: "Shared" }), { name: "InvalidDocument" });
    });

    it("carry tags, of which there are at most fifty", async () => {
      await create("Tagged");
      const on = { ResourceType: "Document", ResourceId: "Tagged" } as const;
      await as(owner).addTagsToResource({
        ...on,
        Tags: [
          { Key: "a", Value: "1" },
          { Key: "b", Value: "2" },
        ],
      });
      await as(owner).removeTagsFromResource({ ...on, TagKeys: ["a"] });
      assert.deepEqual((await as(owner).listTagsForResource(on)).TagList, [{ Key: "b", Value: "2" }]);
      const Tags = Array.from({ length: 50 }, (_, index) => ({ Key: `t${index}`, Value: "" }));
      await assert.rejects(as(owner).addTagsToResource({ ...on, Tags }), { name: "TooManyTagsError" });
      const other = { ...on, ResourceId: "Nothing" };
      await assert.rejects(as(owner).listTagsForResource(other), { name: "InvalidResourceId" });
    });
  });

  describe("associations", () => {
    const inventory = {
      Name: "AWS-GatherSoftwareInventory",
      AssociationName: "inventory",
      Targets: [{ Key: "InstanceIds", Values: ["*"] }],
      ScheduleExpression: "rate(12 hours)",
      Parameters: { applications: ["Enabled"] },
    };

    it("gather inventory: made, run, changed as a new version, deleted", async () => {
      const { AssociationDescription: made } = await as(member).createAssociation(inventory);
      const AssociationId = made?.AssociationId ?? "";
      assert.deepEqual(
        [made?.AssociationVersion, made?.DocumentVersion, made?.Overview?.Status],
        ["1", "$DEFAULT", "Pending"],
      );
      const executions = async () =>
        (await as(member).describeAssociationExecutions({ AssociationId })).AssociationExecutions?.length;
      assert.equal(await executions(), 1);
      await as(member).startAssociationsOnce({ AssociationIds: [AssociationId] });
      assert.equal(await executions(), 2);
      const described = async () => (await as(member).describeAssociation({ AssociationId })).AssociationDescription;
      assert.equal((await described())?.Overview?.Status, "Success");

      await as(member).updateAssociation({ AssociationId, ScheduleExpression: "rate(1 day)" });
      const now = await described();
      assert.deepEqual(
        [now?.AssociationVersion, now?.ScheduleExpression, now?.Parameters, now?.AssociationName, now?.Targets],
        ["2", "rate(1 day)", undefined, undefined, inventory.Targets],
      );
      const { AssociationVersions } = await as(member).listAssociationVersions({ AssociationId });
      assert.deepEqual(
        AssociationVersions?.map((each) => each.AssociationVersion),
        ["2", "1"],
      );
      const AssociationFilterList = [{ key: "Name" as const, value: inventory.Name }];
      assert.equal((await as(member).listAssociations({ AssociationFilterList })).Associations?.length, 1);
      assert.deepEqual((await as(stranger).listAssociations({})).Associations, []);
      await as(member).deleteAssociation({ AssociationId });
      await assert.rejects(described(), { name: "AssociationDoesNotExist" });
    });

    it("are refused without their document, parameters, targets or schedule", async () => {
      const refused = (more: object, name: string, message: RegExp) =>
        assert.rejects(as(member).createAssociation({ ...inventory, ...more }), error(name, message));
      await refused({ Name: "Lost" }, "InvalidDocument", /Lost/);
      await refused({ DocumentVersion: "7" }, "InvalidDocumentVersion", /not valid/);
      await refused({ Parameters: { colour: ["x"] } }, "InvalidParameters", /"colour" is not defined/);
      await refused({ Parameters: { applications: ["Maybe"] } }, "InvalidParameters", /one of Enabled, Disabled/);
      await refused({ Name: "AWS-RunPatchBaseline", Parameters: {} }, "InvalidParameters", /"Operation" requires/);
      await refused({ Targets: [] }, "InvalidTarget", /needs targets/);
      await refused({ Targets: [{ Key: "Colour", Values: ["x"] }] }, "InvalidTarget", /Colour/);
      await refused({ ScheduleExpression: "rate(5 minutes)" }, "InvalidSchedule", /30 minutes/);
      await refused({ ScheduleExpression: "rate(1 days)" }, "InvalidSchedule", /singular/);
      await refused({ ScheduleExpression: "cron(0 2 * * SUN *)" }, "InvalidSchedule", /\? for the day/);
      await refused({ ScheduleExpression: "cron(0 25 ? * SUN *)" }, "InvalidSchedule", /field.*"25"/);
      await refused({ ScheduleExpression: "noon" }, "InvalidSchedule", /noon/);
    });

    it("run what another account shares, and keep an own document from being deleted", async () => {
      await as(owner).createDocument({ Name: "Scan", Content: command(), DocumentType: "Command" });
      const Name = `arn:aws:ssm:us-east-1:${owner}:document/Scan`;
      const wanted = { Name, Targets: [{ Key: "tag:scan", Values: ["yes"] }] };
      await assert.rejects(as(member).createAssociation(wanted), { name: "InvalidDocument" });
      await as(owner).modifyDocumentPermission({ Name: "Scan", PermissionType: "Share", AccountIdsToAdd: [member] });
      const { AssociationDescription } = await as(member).createAssociation(wanted);
      assert.equal(AssociationDescription?.Name, Name);
      await as(owner).createAssociation({ ...wanted, Name: "Scan" });
      await as(owner).modifyDocumentPermission({ Name: "Scan", PermissionType: "Share", AccountIdsToRemove: [member] });
      await assert.rejects(as(owner).deleteDocument({ Name: "Scan" }), { name: "AssociatedInstances" });
      for (const account of [owner, member]) {
        for (const { AssociationId } of (await as(account).listAssociations({})).Associations ?? []) {
          await as(account).deleteAssociation({ AssociationId });
        }
      }
      await as(owner).deleteDocument({ Name: "Scan" });
    });
  });

  describe("service settings", () => {
    const id = "/ssm/managed-instance/default-ec2-instance-management-role";
    const arn = `arn:aws:ssm:us-east-1:${member}:servicesetting${id}`;

    it("have a default to go back to, region by region, and are named by id or ARN", async () => {
      const get = async (SettingId = id, region = "us-east-1") =>
        (await as(member, region).getServiceSetting({ SettingId })).ServiceSetting;
      assert.deepEqual(
        [(await get())?.SettingValue, (await get())?.Status, (await get())?.ARN],
        ["$None", "Default", arn],
      );
      await as(member).updateServiceSetting({ SettingId: arn, SettingValue: "service-role/Hosts" });
      assert.deepEqual([(await get())?.SettingValue, (await get(arn))?.Status], ["service-role/Hosts", "Customized"]);
      assert.equal((await get(id, "us-west-2"))?.Status, "Default");
      const { ServiceSetting } = await as(member).resetServiceSetting({ SettingId: id });
      assert.equal(ServiceSetting?.SettingValue, "$None");
      await assert.rejects(get("/ssm/nothing"), { name: "ServiceSettingNotFound" });
      const tier = { SettingId: "/ssm/managed-instance/activation-tier", SettingValue: "gold" };
      await assert.rejects(as(member).updateServiceSetting(tier), error("ValidationException", /standard, advanced/));
    });

    it("take the right to the setting and to pass the role", async () => {
      const iam = new IAM(sandbox.root(member));
      await iam.createUser({ UserName: "hosts" });
      const { AccessKey } = await iam.createAccessKey({ UserName: "hosts" });
      const permit = (...Statement: object[]) =>
        iam.putUserPolicy({
          UserName: "hosts",
          PolicyName: "own",
          PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement }),
        });
      const credentials = {
        accessKeyId: AccessKey?.AccessKeyId ?? "",
        secretAccessKey: AccessKey?.SecretAccessKey ?? "",
      };
      const user = new SSM({ ...sandbox.root(member), credentials, maxAttempts: 1 });
      const set = () => user.updateServiceSetting({ SettingId: id, SettingValue: "Hosts" });
      const denied = (action: string) => error("AccessDeniedException", new RegExp(`to perform: ${action}`));
      const update = { Effect: "Allow", Action: "ssm:UpdateServiceSetting", Resource: arn };
      const pass = {
        Effect: "Allow",
        Action: "iam:PassRole",
        Resource: `arn:aws:iam::${member}:role/Hosts`,
        Condition: { StringEquals: { "iam:PassedToService": "ssm.amazonaws.com" } },
      };
      await permit(pass);
      await assert.rejects(set(), denied("ssm:UpdateServiceSetting"));
      await permit(update);
      await assert.rejects(set(), denied("iam:PassRole"));
      await permit(update, pass);
      await set();
      const document = `arn:aws:ssm:us-east-1::document/AWS-UpdateSSMAgent`;
      await permit({ Effect: "Allow", Action: "ssm:GetDocument", Resource: document });
      await user.getDocument({ Name: "AWS-UpdateSSMAgent" });
      await assert.rejects(user.getDocument({ Name: "AWS-RunShellScript" }), denied("ssm:GetDocument"));
      await as(member).resetServiceSetting({ SettingId: id });
      for (const client of [iam, user]) client.destroy();
    });
  });

  describe("patch baselines", () => {
    const rule = (more: object = {}) => ({
      PatchFilterGroup: { PatchFilters: [{ Key: "CLASSIFICATION" as const, Values: ["Security"] }] },
      ApproveAfterDays: 3,
      ...more,
    });
    const linux = (more: object = {}) => ({
      Name: "linux",
      OperatingSystem: "AMAZON_LINUX_2023" as const,
      ApprovalRules: { PatchRules: [rule(more)] },
    });

    it("become the default and that of a patch group, and are kept while they are", async () => {
      const ssm = as(member);
      const { BaselineId = "" } = await ssm.createPatchBaseline(linux());
      assert.match(BaselineId, /^pb-[0-9a-f]{17}$/);
      const found = await ssm.getPatchBaseline({ BaselineId });
      assert.deepEqual(found.ApprovalRules?.PatchRules?.[0]?.ComplianceLevel, "UNSPECIFIED");
      const OperatingSystem = "AMAZON_LINUX_2023" as const;
      const standard = await ssm.getDefaultPatchBaseline({ OperatingSystem });
      assert.match(standard.BaselineId ?? "", /^arn:aws:ssm:us-east-1:\d{12}:patchbaseline\/pb-/);
      await ssm.registerDefaultPatchBaseline({ BaselineId });
      const Filters = [{ Key: "OPERATING_SYSTEM", Values: [OperatingSystem] }];
      const { BaselineIdentities } = await ssm.describePatchBaselines({ Filters });
      assert.deepEqual(
        BaselineIdentities?.map((each) => [each.BaselineName, each.DefaultBaseline]),
        [
          ["linux", true],
          ["AWS-AmazonLinux2023DefaultPatchBaseline", false],
        ],
      );
      await assert.rejects(ssm.deletePatchBaseline({ BaselineId }), error("ResourceInUseException", /default/));
      await ssm.registerDefaultPatchBaseline({ BaselineId: standard.BaselineId });

      const group = { BaselineId, PatchGroup: "web" };
      await ssm.registerPatchBaselineForPatchGroup(group);
      // The same again is no conflict; another one is.
      await ssm.registerPatchBaselineForPatchGroup(group);
      await assert.rejects(ssm.registerPatchBaselineForPatchGroup({ ...group, BaselineId: standard.BaselineId }), {
        name: "AlreadyExistsException",
      });
      assert.equal(
        (await ssm.getPatchBaselineForPatchGroup({ PatchGroup: "web", OperatingSystem })).BaselineId,
        BaselineId,
      );
      assert.deepEqual(
        (await ssm.describePatchGroups({})).Mappings?.map((each) => each.PatchGroup),
        ["web"],
      );
      await assert.rejects(
        ssm.deletePatchBaseline({ BaselineId }),
        error("ResourceInUseException", /Patch Group: web/),
      );
      await ssm.deregisterPatchBaselineForPatchGroup(group);

      const updated = await ssm.updatePatchBaseline({ BaselineId, Description: "Linux", RejectedPatches: ["kernel*"] });
      assert.deepEqual([updated.Name, updated.RejectedPatches], ["linux", ["kernel*"]]);
      await ssm.updatePatchBaseline({ BaselineId, Name: "bare", Replace: true });
      assert.deepEqual((await ssm.getPatchBaseline({ BaselineId })).ApprovalRules?.PatchRules, []);
      await ssm.deletePatchBaseline({ BaselineId });
      await assert.rejects(ssm.getPatchBaseline({ BaselineId }), { name: "DoesNotExistException" });
    });

    it("are refused with what their operating system does not have", async () => {
      const refused = (input: Parameters<SSM["createPatchBaseline"]>[0], message: RegExp) =>
        assert.rejects(as(member).createPatchBaseline(input), error("ValidationException", message));
      await refused(linux({ ApproveAfterDays: undefined }), /either ApproveAfterDays or ApproveUntilDate/);
      await refused({ ...linux(), OperatingSystem: "UBUNTU" }, /CLASSIFICATION is not supported for UBUNTU/);
      await refused(
        linux({ PatchFilterGroup: { PatchFilters: [{ Key: "MSRC_SEVERITY", Values: ["Critical"] }] } }),
        /MSRC_SEVERITY/,
      );
      await refused({ ...linux({ EnableNonSecurity: true }), OperatingSystem: "WINDOWS" }, /EnableNonSecurity/);
      await refused({ Name: "x" }, /length greater than or equal to 3|at 'name'/);
    });
  });

  describe("maintenance windows", () => {
    const weekly = {
      Name: "patching",
      Schedule: "cron(0 2 ? * SUN *)",
      Duration: 4,
      Cutoff: 1,
      AllowUnassociatedTargets: false,
    };
    const patch = {
      TaskArn: "AWS-RunPatchBaseline",
      TaskType: "RUN_COMMAND" as const,
      MaxConcurrency: "10%",
      MaxErrors: "5%",
      TaskInvocationParameters: { RunCommand: { Parameters: { Operation: ["Install"] } } },
    };

    it("have targets and tasks, which go with them", async () => {
      const ssm = as(member);
      const { WindowId = "" } = await ssm.createMaintenanceWindow(weekly);
      const { WindowTargetId = "" } = await ssm.registerTargetWithMaintenanceWindow({
        WindowId,
        ResourceType: "INSTANCE",
        Targets: [{ Key: "tag:PatchGroup", Values: ["web"] }],
      });
      const Targets = [{ Key: "WindowTargetIds", Values: [WindowTargetId] }];
      const { WindowTaskId = "" } = await ssm.registerTaskWithMaintenanceWindow({ WindowId, Targets, ...patch });
      const task = await ssm.getMaintenanceWindowTask({ WindowId, WindowTaskId });
      assert.match(task.ServiceRoleArn ?? "", /AWSServiceRoleForAmazonSSM$/);
      assert.deepEqual(task.TaskInvocationParameters, patch.TaskInvocationParameters);
      const { Tasks } = await ssm.describeMaintenanceWindowTasks({ WindowId });
      assert.deepEqual(
        Tasks?.map((each) => [each.WindowTaskId, each.Type]),
        [[WindowTaskId, "RUN_COMMAND"]],
      );
      const leave = { WindowId, WindowTargetId, Safe: true };
      await assert.rejects(ssm.deregisterTargetFromMaintenanceWindow(leave), { name: "TargetInUseException" });

      await ssm.updateMaintenanceWindow({
        WindowId,
        ...weekly,
        Replace: true,
        Enabled: false,
        ScheduleTimezone: "Europe/Zurich",
      });
      const window = await ssm.getMaintenanceWindow({ WindowId });
      assert.deepEqual([window.Enabled, window.ScheduleTimezone], [false, "Europe/Zurich"]);
      await ssm.updateMaintenanceWindowTask({ WindowId, WindowTaskId, Priority: 3 });
      assert.equal((await ssm.getMaintenanceWindowTask({ WindowId, WindowTaskId })).Priority, 3);
      await ssm.updateMaintenanceWindowTarget({ WindowId, WindowTargetId, OwnerInformation: "platform" });
      const Filters = [{ Key: "WindowTargetId", Values: [WindowTargetId] }];
      const { Targets: shown } = await ssm.describeMaintenanceWindowTargets({ WindowId, Filters });
      assert.equal(shown?.[0]?.OwnerInformation, "platform");
      await ssm.deregisterTaskFromMaintenanceWindow({ WindowId, WindowTaskId });
      await ssm.deregisterTargetFromMaintenanceWindow(leave);
      await ssm.deleteMaintenanceWindow({ WindowId });
      await assert.rejects(ssm.getMaintenanceWindow({ WindowId }), { name: "DoesNotExistException" });
      assert.deepEqual((await ssm.describeMaintenanceWindows({})).WindowIdentities, []);
    });

    it("are refused with a schedule, a cutoff or a task that cannot be", async () => {
      const ssm = as(stranger);
      const window = (more: object, message: RegExp) =>
        assert.rejects(ssm.createMaintenanceWindow({ ...weekly, ...more }), error("ValidationException", message));
      await window({ Cutoff: 4 }, /Cutoff 4 must be smaller/);
      await window({ Schedule: "cron(x)" }, /six fields/);
      await window({ ScheduleTimezone: "Mars/Olympus" }, /no time zone/);
      await window({ Schedule: "rate(7 days)", ScheduleOffset: 2 }, /needs a cron/);
      const { WindowId = "" } = await ssm.createMaintenanceWindow({ ...weekly, Schedule: "cron(0 30 23 ? * TUE#3 *)" });
      const Targets = [{ Key: "InstanceIds", Values: ["i-0123456789abcdef0"] }];
      const task = (more: object, name: string, message: RegExp) =>
        assert.rejects(
          ssm.registerTaskWithMaintenanceWindow({ WindowId, Targets, ...patch, ...more }),
          error(name, message),
        );
      await task({ Targets: [] }, "ValidationException", /needs targets/);
      await task({ MaxErrors: undefined }, "ValidationException", /are required/);
      await task({ TaskArn: "Lost" }, "DoesNotExistException", /Lost/);
      await task({ TaskInvocationParameters: { Lambda: {} } }, "ValidationException", /takes no Lambda/);
      await task({ Targets: [{ Key: "WindowTargetIds", Values: ["none"] }] }, "ValidationException", /no target none/);
      await task({ WindowId: "mw-00000000000000000" }, "DoesNotExistException", /mw-0/);
      await ssm.deleteMaintenanceWindow({ WindowId });
    });
  });

  it("syncs inventory to a bucket that exists", async () => {
    const s3 = new S3({ ...sandbox.root(member), forcePathStyle: true });
    await s3.createBucket({ Bucket: "inventory-of-member" });
    const create = (SyncName: string, BucketName: string) =>
      as(member).createResourceDataSync({
        SyncName,
        S3Destination: { BucketName, SyncFormat: "JsonSerDe", Region: "us-east-1" },
      });
    await create("inventory", "inventory-of-member");
    await assert.rejects(create("inventory", "inventory-of-member"), {
      name: "ResourceDataSyncAlreadyExistsException",
    });
    await assert.rejects(
      create("lost", "no-such-bucket-anywhere"),
      error("ResourceDataSyncInvalidConfigurationException", /S3 write failed/),
    );
    await assert.rejects(as(member).createResourceDataSync({ SyncName: "none" }), {
      name: "ResourceDataSyncInvalidConfigurationException",
    });
    const { ResourceDataSyncItems } = await as(member).listResourceDataSync({});
    assert.deepEqual(
      ResourceDataSyncItems?.map((each) => [each.SyncName, each.SyncType]),
      [["inventory", "SyncToDestination"]],
    );
    await as(member).deleteResourceDataSync({ SyncName: "inventory" });
    await assert.rejects(as(member).deleteResourceDataSync({ SyncName: "inventory" }), {
      name: "ResourceDataSyncNotFoundException",
    });
    s3.destroy();
  });

  it("keeps parameters with their versions, and refuses names and values that AWS does not take", async () => {
    const ssm = as(member, "us-west-2");
    const put = (more: object) =>
      ssm.putParameter({ Name: "/teams/clearing/mode", Value: "ask", Type: "String", ...more });
    assert.deepEqual((await put({ Tags: [{ Key: "team", Value: "clearing" }] })).Version, 1);
    await assert.rejects(put({}), { name: "ParameterAlreadyExists" });
    assert.equal((await put({ Value: "automatic", Overwrite: true, AllowedPattern: "^auto" })).Version, 2);
    await assert.rejects(put({ Overwrite: true }), { name: "ParameterPatternMismatchException" });
    const { Parameter: found } = await ssm.getParameter({ Name: "/teams/clearing/mode" });
    assert.deepEqual([found?.Value, found?.Version, found?.Type], ["automatic", 2, "String"]);
    assert.match(found?.ARN ?? "", /:parameter\/teams\/clearing\/mode$/);
    const filter = { ParameterFilters: [{ Key: "Name", Values: ["/teams/clearing/mode"] }] };
    assert.equal((await ssm.describeParameters(filter)).Parameters?.[0]?.AllowedPattern, "^auto");
    const on = { ResourceType: "Parameter" as const, ResourceId: "/teams/clearing/mode" };
    assert.deepEqual((await ssm.listTagsForResource(on)).TagList, [{ Key: "team", Value: "clearing" }]);
    const below = async (Path: string, Recursive = false) =>
      (await ssm.getParametersByPath({ Path, Recursive })).Parameters?.length;
    assert.deepEqual([await below("/teams"), await below("/teams", true)], [0, 1]);
    assert.deepEqual((await ssm.getParameters({ Names: ["/lost"] })).InvalidParameters, ["/lost"]);
    const { Parameters: both = [] } = await ssm.getParameters({ Names: ["/teams/clearing/mode"] });
    assert.deepEqual(
      both.map(({ Value }) => Value),
      ["automatic"],
    );

    const refused = (more: object, name = "ValidationException") => assert.rejects(put(more), { name });
    await refused({ Name: "/aws/mine" });
    await refused({ Name: "a b" });
    await refused({ Name: "/new", Type: undefined });
    await refused({ Name: "/new", Value: "x".repeat(4097) });
    await refused({ Name: "/a".repeat(16) }, "HierarchyLevelLimitExceededException");
    await ssm.deleteParameter({ Name: "/teams/clearing/mode" });
    await assert.rejects(ssm.getParameter({ Name: "/teams/clearing/mode" }), { name: "ParameterNotFound" });
    await assert.rejects(ssm.deleteParameter({ Name: "/teams/clearing/mode" }), { name: "ParameterNotFound" });
  });
});
