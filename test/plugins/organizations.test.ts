import assert from "node:assert/strict";
import { IAM } from "@aws-sdk/client-iam";
import { Organizations } from "@aws-sdk/client-organizations";
import { guardrails } from "../../programs/admin/guardrails/guardrails.ts";
import { rootAccess } from "../../programs/admin/root-access.ts";
import { adminStack } from "../../programs/admin/stack.ts";
import { systemsManagerDelegation } from "../../programs/admin/systems-manager.ts";
import { bootstrapRoles } from "../../programs/bootstrap/roles.ts";
import type { Sought } from "../../programs/recovery/sought.ts";
import { enablePolicyTypes } from "../../stacks/bootstrap/policy-types.ts";
import { findResource } from "../../stacks/recovery/find.ts";
import {
  ADMIN_OPTIONS,
  adminInputs,
  LOG_ARCHIVE,
  MANAGEMENT,
  OTHER_UNIT,
  SECURITY,
  settings,
  TRIAL_UNIT,
} from "../programs/samples.ts";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { type Engine, type Program, startEngine } from "./engine.ts";
import { writeRootProfiles } from "./profiles.ts";
import { putRights, writeRoleProfile } from "./role-profile.ts";

const ROOT = "r-bulw";
const placed = bootstrapRoles(settings({ features: ADMIN_OPTIONS }), "o-bulwark0demo");
const { role } = placed.find(({ accountId }) => accountId === MANAGEMENT) as (typeof placed)[number];

/** What the admin stack declares of guardrails, as `given` has them, of central root access and of Systems Manager. */
function declared(given: object = {}): Program {
  return async () => {
    const { rootAccess: root, delegation } = ADMIN_OPTIONS;
    const features = { guardrails: { ...ADMIN_OPTIONS.guardrails, ...given }, rootAccess: root, delegation };
    const stack = adminStack(adminInputs({ features }));
    systemsManagerDelegation(stack);
    rootAccess(stack);
    guardrails(stack);
    return {};
  };
}

describe("policies and optional services of AWS Organizations, through the real engine with the rights of the management role", () => {
  let sandbox: RunningSandbox;
  let engine: Engine;
  let organizations: Organizations;
  let iam: IAM;
  const features = ["RootCredentialsManagement", "RootSessions"];

  before(async () => {
    sandbox = await runSandbox();
    engine = await startEngine(sandbox.url);
    organizations = new Organizations(sandbox.root(MANAGEMENT));
    iam = new IAM(sandbox.root(MANAGEMENT));
    await enablePolicyTypes(
      organizations,
      ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "DECLARATIVE_POLICY_EC2"],
      10,
    );
    await writeRootProfiles(engine, SECURITY, LOG_ARCHIVE);
    await writeRoleProfile(engine, sandbox, MANAGEMENT, role);
  });

  after(async () => {
    organizations?.destroy();
    iam?.destroy();
    await engine?.remove();
    await sandbox?.close();
  });

  const attachedTo = async (TargetId: string) => {
    const types = ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "DECLARATIVE_POLICY_EC2"] as const;
    const lists = await Promise.all(types.map((Filter) => organizations.listPoliciesForTarget({ TargetId, Filter })));
    return lists
      .flatMap(({ Policies = [] }) => Policies)
      .flatMap(({ Name, AwsManaged }) => (AwsManaged ? [] : [Name]))
      .sort();
  };
  const all = ["bulwark-ec2", "bulwark-external-access", "bulwark-regions", "bulwark-security"];

  it("are attached to nothing without the right to attach, and the error names it", async () => {
    await putRights(sandbox, MANAGEMENT, role, "organizations:AttachPolicy");
    const { errors } = await engine.run("admin", "up", declared());
    assert.match(errors, /creating Organizations Policy Attachment \(ou-bulw-dev000001:p-\w+\)/);
    assert.match(errors, /not authorized to perform: organizations:AttachPolicy/);
    assert.deepEqual(await attachedTo(TRIAL_UNIT), []);
  });

  it("are attached to the units with it, and the second time nothing changes", async () => {
    await putRights(sandbox, MANAGEMENT, role);
    const { errors } = await engine.run("admin", "up");
    assert.equal(errors, "");
    for (const unit of [TRIAL_UNIT, OTHER_UNIT]) assert.deepEqual(await attachedTo(unit), all);
    assert.deepEqual(await attachedTo(ROOT), []);
    assert.deepEqual(await engine.run("admin", "up"), { changes: { same: 20 }, diffs: {}, errors: "" });
  });

  it("come with central root access and Systems Manager's administrator", async () => {
    const { EnabledFeatures, OrganizationId } = await iam.listOrganizationsFeatures({});
    assert.deepEqual([EnabledFeatures, OrganizationId], [features, "o-bulwark0demo"]);
    assert.equal((await engine.resource("admin", "root-access")).id, OrganizationId);
    const { DelegatedAdministrators } = await organizations.listDelegatedAdministrators({
      ServicePrincipal: "ssm.amazonaws.com",
    });
    assert.deepEqual(
      DelegatedAdministrators?.map(({ Id }) => Id),
      [SECURITY],
    );
    const member = new IAM(sandbox.root(SECURITY));
    await assert.rejects(member.listOrganizationsFeatures({}), {
      name: "AccountNotManagementOrDelegatedAdministratorException",
    });
    member.destroy();
  });

  it("are found again by name and tags, where nobody heard that they were made", async () => {
    const { id, inputs } = await engine.resource("admin", "guardrail-ec2");
    const { credentials } = sandbox.root(MANAGEMENT);
    const reading = {
      accountId: MANAGEMENT,
      credentials: { ...credentials, sessionToken: "", expiration: "" },
      endpoint: sandbox.url,
    };
    const sought: Sought = {
      type: "aws:organizations/policy:Policy",
      name: "guardrail-ec2",
      accountId: MANAGEMENT,
      partition: "aws",
      inputs,
    };
    const find = (one: Sought) => findResource({ sought: one, reading, known: new Set() });
    assert.deepEqual(await find(sought), { id, importId: id });
    const tags = { ManagedBy: "Bulwark", BulwarkResource: "admin/another" };
    assert.equal(await find({ ...sought, inputs: { ...inputs, tags } }), undefined);
    const root = {
      ...sought,
      type: "aws:iam/organizationsFeatures:OrganizationsFeatures",
      name: "root-access",
      inputs: {},
    };
    assert.equal((await find(root))?.id, "o-bulwark0demo");
  });

  it("are put back where somebody detached one, changed its content or its tags", async () => {
    const { id } = await engine.resource("admin", "guardrail-security");
    const { id: regions } = await engine.resource("admin", "guardrail-regions");
    await organizations.detachPolicy({ PolicyId: id, TargetId: TRIAL_UNIT });
    const nothing = { Effect: "Deny", Action: "iam:DeleteUser", Resource: "*" };
    const Content = JSON.stringify({ Version: "2012-10-17", Statement: [nothing] });
    await organizations.updatePolicy({ PolicyId: regions, Content });
    await iam.disableOrganizationsRootSessions({});
    await organizations.untagResource({ ResourceId: regions, TagKeys: ["ManagedBy"] });
    assert.deepEqual((await engine.run("admin", "refresh")).changes, { same: 17, update: 2, delete: 1 });
    const { changes, diffs, errors } = await engine.run("admin", "up");
    assert.deepEqual([changes, errors], [{ same: 17, update: 2, create: 1 }, ""]);
    assert.ok(diffs["guardrail-regions"]?.includes("~ content"));
    assert.deepEqual(await attachedTo(TRIAL_UNIT), all);
    const { Policy } = await organizations.describePolicy({ PolicyId: regions });
    assert.match(Policy?.Content ?? "", /NoOtherRegions/);
    assert.deepEqual((await iam.listOrganizationsFeatures({})).EnabledFeatures, features);
  });

  it("change in place with the settings, and leave a unit that these no longer name", async () => {
    const before = await engine.resource("admin", "guardrail-external-access");
    const partnerAccounts = ["700000000001"];
    const { changes, errors } = await engine.run(
      "admin",
      "up",
      declared({ units: [], externalAccess: { partnerAccounts } }),
    );
    assert.deepEqual([changes, errors], [{ same: 15, update: 1, delete: 4 }, ""]);
    assert.equal((await engine.resource("admin", "guardrail-external-access")).id, before.id);
    assert.deepEqual(await attachedTo(OTHER_UNIT), []);
    assert.deepEqual(await attachedTo(TRIAL_UNIT), all);
  });

  it("go when they are switched off, and leave nothing", async () => {
    const { changes, errors } = await engine.run("admin", "up", declared({ enabled: false }));
    assert.deepEqual([changes, errors], [{ same: 8, delete: 8 }, ""]);
    assert.deepEqual(await attachedTo(TRIAL_UNIT), []);
    const { Policies } = await organizations.listPolicies({ Filter: "SERVICE_CONTROL_POLICY" });
    assert.deepEqual(
      Policies?.map(({ Name }) => Name),
      ["FullAWSAccess"],
    );
  });
});
