import assert from "node:assert/strict";
import { S3 } from "@aws-sdk/client-s3";
import { SSM } from "@aws-sdk/client-ssm";
import { Provider } from "@pulumi/aws/provider.js";
import { Association } from "@pulumi/aws/ssm/association.js";
import { DefaultPatchBaseline } from "@pulumi/aws/ssm/defaultPatchBaseline.js";
import { Document } from "@pulumi/aws/ssm/document.js";
import { MaintenanceWindow } from "@pulumi/aws/ssm/maintenanceWindow.js";
import { MaintenanceWindowTarget } from "@pulumi/aws/ssm/maintenanceWindowTarget.js";
import { MaintenanceWindowTask } from "@pulumi/aws/ssm/maintenanceWindowTask.js";
import { Parameter } from "@pulumi/aws/ssm/parameter.js";
import { PatchBaseline } from "@pulumi/aws/ssm/patchBaseline.js";
import { PatchGroup } from "@pulumi/aws/ssm/patchGroup.js";
import { ResourceDataSync } from "@pulumi/aws/ssm/resourceDataSync.js";
import { ServiceSetting } from "@pulumi/aws/ssm/serviceSetting.js";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { type Engine, type Program, startEngine, type Verb } from "./engine.ts";
import { writeRootProfiles } from "./profiles.ts";

const [ACCOUNT, MEMBER, OTHER] = ["222222222222", "100000000001", "100000000002"];
const BUCKET = "inventory-of-hosts";
const SETTING = `arn:aws:ssm:us-east-1:${ACCOUNT}:servicesetting/ssm/managed-instance/default-ec2-instance-management-role`;
const LINUX = "AMAZON_LINUX_2023" as const;

const scanning = (script: string) =>
  JSON.stringify({
    schemaVersion: "2.2",
    description: "Scans",
    parameters: { Path: { type: "String", default: "/" } },
    mainSteps: [{ action: "aws:runShellScript", name: "scan", inputs: { runCommand: [`${script} {{ Path }}`] } }],
  });

const owner = () => ({
  provider: new Provider("owner", { region: "us-east-1", profile: `bulwark-${ACCOUNT}` }),
});

interface Wanted {
  readonly script?: string;
  readonly accounts?: string;
  readonly schedule?: string;
  readonly days?: number;
  readonly timezone?: string;
  readonly priority?: number;
  readonly role?: string;
  readonly group?: string;
  readonly tags?: Record<string, string>;
}

/** Import ids by the name of the type; what is imported stays when the stack goes. */
type Ids = Readonly<Record<string, string>>;

/** One of each type, with what they take from each other. */
function hosts(wanted: Wanted = {}, ids?: Ids): Program {
  const { script = "find", accounts = MEMBER, schedule = "rate(12 hours)", days = 3, role = "Hosts" } = wanted;
  const { group = "web", tags = { team: "platform" } } = wanted;
  return async () => {
    const { provider } = owner();
    const options = (type: string) => ({ provider, ...(ids ? { import: ids[type] ?? "", retainOnDelete: true } : {}) });
    const replacing = (type: string) => ({ ...options(type), deleteBeforeReplace: true });
    const scan = new Document(
      "scan",
      {
        name: "Scan",
        documentType: "Command",
        content: scanning(script),
        permissions: { type: "Share", account_ids: accounts },
        tags,
      },
      options("Document"),
    );
    const targets = [{ key: "InstanceIds", values: ["*"] }];
    const association = { name: scan.name, associationName: "scan", targets, scheduleExpression: schedule, tags };
    new Association(
      "scan",
      { ...association, parameters: { Path: "/home" }, ...(ids ? {} : { waitForSuccessTimeoutSeconds: 30 }) },
      options("Association"),
    );
    const patchFilters = [{ key: "CLASSIFICATION", values: ["Security"] }];
    const baseline = new PatchBaseline(
      "linux",
      {
        name: "linux",
        operatingSystem: LINUX,
        approvalRules: [{ approveAfterDays: days, complianceLevel: "HIGH", patchFilters }],
        rejectedPatches: ["b", "a"],
        tags,
      },
      options("PatchBaseline"),
    );
    new DefaultPatchBaseline(
      "linux",
      { baselineId: baseline.id, operatingSystem: LINUX },
      replacing("DefaultPatchBaseline"),
    );
    new PatchGroup("web", { baselineId: baseline.id, patchGroup: group }, replacing("PatchGroup"));
    const timing = { schedule: "cron(0 2 ? * SUN *)", duration: 4, cutoff: 1 };
    const window = new MaintenanceWindow(
      "patching",
      { name: "patching", ...timing, ...(wanted.timezone ? { scheduleTimezone: wanted.timezone } : {}), tags },
      options("MaintenanceWindow"),
    );
    const tagged = { name: "all", resourceType: "INSTANCE", targets: [{ key: "tag:PatchGroup", values: [group] }] };
    const target = new MaintenanceWindowTarget(
      "all",
      { ...tagged, windowId: window.id },
      options("MaintenanceWindowTarget"),
    );
    new MaintenanceWindowTask(
      "patch",
      {
        name: "patch",
        windowId: window.id,
        taskType: "RUN_COMMAND",
        taskArn: "AWS-RunPatchBaseline",
        priority: wanted.priority ?? 1,
        maxConcurrency: "10%",
        maxErrors: "5%",
        targets: [{ key: "WindowTargetIds", values: [target.id] }],
        taskInvocationParameters: {
          runCommandParameters: {
            timeoutSeconds: 3600,
            parameters: [
              { name: "RebootOption", values: ["NoReboot"] },
              { name: "Operation", values: ["Install"] },
            ],
          },
        },
      },
      options("MaintenanceWindowTask"),
    );
    new ServiceSetting("hosts", { settingId: SETTING, settingValue: role }, options("ServiceSetting"));
    new ResourceDataSync(
      "inventory",
      { name: "inventory", s3Destination: { bucketName: BUCKET, region: "us-east-1" } },
      options("ResourceDataSync"),
    );
    const mode = JSON.stringify({ role });
    // What is imported has no value but the one that the provider calls secret.
    const value = ids ? { value: mode } : { insecureValue: mode };
    new Parameter("modes", { name: "/bulwark/modes", type: "String", ...value, tags }, options("Parameter"));
    return {};
  };
}

const CHANGED: Wanted = {
  script: "locate",
  accounts: OTHER,
  schedule: "rate(1 day)",
  days: 0,
  timezone: "Europe/Zurich",
  priority: 5,
  role: "service-role/Hosts",
  tags: { owner: "platform" },
};

describe("the types of Systems Manager, through the real engine", () => {
  let sandbox: RunningSandbox;
  let engine: Engine;
  let ssm: SSM;

  before(async () => {
    sandbox = await runSandbox();
    engine = await startEngine(sandbox.url);
    ssm = new SSM(sandbox.root(ACCOUNT));
    await writeRootProfiles(engine, ACCOUNT);
    const s3 = new S3({ ...sandbox.root(ACCOUNT), forcePathStyle: true });
    await s3.createBucket({ Bucket: BUCKET });
    s3.destroy();
  });

  after(async () => {
    ssm?.destroy();
    await engine?.remove();
    await sandbox?.close();
  });

  const idOf = async (name: string, type: string) => {
    const stack = await engine.open("hosts");
    const { deployment } = await stack.exportStack();
    const resources = deployment.resources as { urn: string; id: string }[];
    return resources.find(({ urn }) => urn.endsWith(`:${type}::${name}`))?.id ?? "";
  };

  async function same(...verbs: readonly Verb[]): Promise<void> {
    for (const verb of verbs) {
      assert.deepEqual(await engine.run("hosts", verb), { changes: { same: 13 }, diffs: {}, errors: "" });
    }
  }

  it("are made in the order that they need, and are the same the second time", async () => {
    const { changes, errors } = await engine.run("hosts", "up", hosts());
    assert.deepEqual([changes, errors], [{ create: 13 }, ""]);
    const { AccountIds } = await ssm.describeDocumentPermission({ Name: "Scan", PermissionType: "Share" });
    assert.deepEqual(AccountIds, [MEMBER]);
    const baseline = await idOf("linux", "PatchBaseline");
    assert.equal((await ssm.getDefaultPatchBaseline({ OperatingSystem: LINUX })).BaselineId, baseline);
    const { ServiceSetting: setting } = await ssm.getServiceSetting({ SettingId: SETTING });
    assert.deepEqual([setting?.SettingValue, setting?.Status], ["Hosts", "Customized"]);
    const on = { ResourceType: "PatchBaseline" as const, ResourceId: baseline };
    assert.deepEqual((await ssm.listTagsForResource(on)).TagList, [{ Key: "team", Value: "platform" }]);
    await same("up", "previewRefresh");
  });

  it("change in place: a document and an association by a new version", async () => {
    const { changes, diffs, errors } = await engine.run("hosts", "up", hosts(CHANGED));
    assert.deepEqual([changes, errors], [{ same: 6, update: 7 }, ""]);
    assert.deepEqual(diffs.patch, ["~ priority"]);
    const { Document: document } = await ssm.describeDocument({ Name: "Scan" });
    assert.deepEqual([document?.DefaultVersion, document?.LatestVersion], ["2", "2"]);
    assert.match((await ssm.getDocument({ Name: "Scan" })).Content ?? "", /locate/);
    const { AccountIds } = await ssm.describeDocumentPermission({ Name: "Scan", PermissionType: "Share" });
    assert.deepEqual(AccountIds, [OTHER]);
    const { AssociationDescription } = await ssm.describeAssociation({
      AssociationId: await idOf("scan", "Association"),
    });
    assert.deepEqual(
      [AssociationDescription?.AssociationVersion, AssociationDescription?.Parameters],
      ["2", { Path: ["/home"] }],
    );
    const { ApprovalRules } = await ssm.getPatchBaseline({ BaselineId: await idOf("linux", "PatchBaseline") });
    assert.equal(ApprovalRules?.PatchRules?.[0]?.ApproveAfterDays, 0);
    await same("previewRefresh");
  });

  it("show what was changed by hand, and are put back", async () => {
    await ssm.updateDocument({ Name: "Scan", Content: scanning("true"), DocumentVersion: "$LATEST" });
    await ssm.modifyDocumentPermission({ Name: "Scan", PermissionType: "Share", AccountIdsToAdd: [MEMBER] });
    await ssm.resetServiceSetting({ SettingId: SETTING });
    await ssm.putParameter({ Name: "/bulwark/modes", Value: "{}", Overwrite: true });
    const { BaselineIdentities } = await ssm.describePatchBaselines({
      Filters: [
        { Key: "OPERATING_SYSTEM", Values: [LINUX] },
        { Key: "OWNER", Values: ["AWS"] },
      ],
    });
    await ssm.registerDefaultPatchBaseline({ BaselineId: BaselineIdentities?.[0]?.BaselineId });
    const WindowId = await idOf("patching", "MaintenanceWindow");
    await ssm.updateMaintenanceWindow({ WindowId, Enabled: false });
    await ssm.deregisterTaskFromMaintenanceWindow({
      WindowId,
      WindowTaskId: await idOf("patch", "MaintenanceWindowTask"),
    });
    await ssm.deleteAssociation({ AssociationId: await idOf("scan", "Association") });

    const drift = await engine.run("hosts", "refresh");
    assert.deepEqual(drift.changes, { same: 6, update: 5, delete: 2 });
    assert.deepEqual(drift.diffs.patching, ["~ enabled"]);
    assert.ok(drift.diffs.modes?.includes("~ insecureValue"));
    const { changes, errors } = await engine.run("hosts", "up");
    assert.deepEqual([changes, errors], [{ same: 6, update: 4, replace: 1, create: 2 }, ""]);
    const baseline = await idOf("linux", "PatchBaseline");
    assert.equal((await ssm.getDefaultPatchBaseline({ OperatingSystem: LINUX })).BaselineId, baseline);
    assert.equal((await ssm.getMaintenanceWindow({ WindowId })).Enabled, true);
    const { Parameter: modes } = await ssm.getParameter({ Name: "/bulwark/modes" });
    assert.deepEqual([modes?.Value, modes?.Version], [JSON.stringify({ role: CHANGED.role }), 4]);
    assert.equal((await ssm.getServiceSetting({ SettingId: SETTING })).ServiceSetting?.SettingValue, CHANGED.role);
    assert.match((await ssm.getDocument({ Name: "Scan" })).Content ?? "", /locate/);
  });

  it("are replaced where AWS cannot change them", async () => {
    const { changes, diffs, errors } = await engine.run("hosts", "up", hosts({ ...CHANGED, group: "db" }));
    assert.deepEqual([changes, errors], [{ same: 11, update: 1, replace: 1 }, ""]);
    assert.ok(diffs.web?.includes("+- patchGroup"));
    assert.deepEqual(
      (await ssm.describePatchGroups({})).Mappings?.map(({ PatchGroup: name }) => name),
      ["db"],
    );
  });

  it("are imported by their ids, and leave nothing when they are destroyed", async () => {
    const stack = await engine.open("hosts");
    const { deployment } = await stack.exportStack();
    const resources = deployment.resources as { type: string; id: string }[];
    const own = Object.fromEntries(resources.map(({ type, id }) => [type.split(":").at(-1) ?? "", id]));
    const { MaintenanceWindow: window, PatchBaseline: baseline } = own;
    const ids = {
      ...own,
      // The provider takes either that or the operating system.
      DefaultPatchBaseline: baseline ?? "",
      MaintenanceWindowTarget: `${window}/${own.MaintenanceWindowTarget}`,
      MaintenanceWindowTask: `${window}/${own.MaintenanceWindowTask}`,
    };
    const imported = await engine.run("imports", "up", hosts({ ...CHANGED, group: "db" }, ids));
    assert.deepEqual([imported.changes, imported.errors], [{ create: 2, import: 11 }, ""]);
    assert.equal((await engine.resource("imports", "patch")).id, own.MaintenanceWindowTask);
    await engine.run("imports", "destroy");

    const { changes, errors } = await engine.run("hosts", "destroy");
    assert.deepEqual([changes, errors], [{ delete: 13 }, ""]);
    const Filters = [{ Key: "Owner", Values: ["Self"] }];
    assert.deepEqual((await ssm.listDocuments({ Filters })).DocumentIdentifiers, []);
    assert.deepEqual((await ssm.listAssociations({})).Associations, []);
    const mine = [{ Key: "OWNER", Values: ["Self"] }];
    assert.deepEqual((await ssm.describePatchBaselines({ Filters: mine })).BaselineIdentities, []);
    assert.deepEqual((await ssm.describeMaintenanceWindows({})).WindowIdentities, []);
    assert.deepEqual((await ssm.listResourceDataSync({})).ResourceDataSyncItems, []);
    assert.deepEqual((await ssm.describeParameters({})).Parameters, []);
    assert.equal((await ssm.getServiceSetting({ SettingId: SETTING })).ServiceSetting?.Status, "Default");
    assert.match((await ssm.getDefaultPatchBaseline({ OperatingSystem: LINUX })).BaselineId ?? "", /^arn:/);
  });

  it("say in the real provider's words what AWS refuses", async () => {
    const refused = async (stack: string, declare: () => unknown): Promise<string> => {
      const { errors } = await engine.run(stack, "up", async () => ({ made: Boolean(declare()) }));
      return errors;
    };
    const broken = { name: "Broken", documentType: "Command", content: "{}" };
    assert.match(
      await refused("document", () => new Document("broken", broken, owner())),
      /creating SSM Document \(Broken\): operation error SSM: CreateDocument, https response error StatusCode: 400, RequestID: [^,]+, InvalidDocumentContent: schemaVersion is required/,
    );
    const none = { baselineId: "pb-00000000000000000", operatingSystem: LINUX };
    assert.match(
      await refused("default", () => new DefaultPatchBaseline("none", none, owner())),
      /reading SSM Patch Baseline \(pb-0+\): .*DoesNotExistException/,
    );
  });
});
