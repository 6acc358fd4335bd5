import assert from "node:assert/strict";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { centralConfiguration } from "../../programs/admin/central-configuration.ts";
import { findingAggregation, type HubAdministration, securityHub } from "../../programs/admin/security-hub.ts";
import { adminStack } from "../../programs/admin/stack.ts";
import { trustedAccess } from "../../programs/admin/trusted-access.ts";
import { governingFrom, governingProblems } from "../../programs/baseline/governing.ts";
import { hubOf } from "../../programs/baseline/hub.ts";
import { baselineStack } from "../../programs/baseline/stack.ts";
import { readGoverning } from "../../stacks/inventory/governing.ts";
import {
  adminInputs,
  baselineInputs,
  LOG_ARCHIVE,
  MANAGEMENT,
  MEMBER,
  SECURITY,
  settings,
} from "../programs/samples.ts";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { type Engine, type Program, startEngine } from "./engine.ts";
import { writeRootProfiles } from "./profiles.ts";

const regions = ["us-east-1", "us-west-2"];

const local = settings();
const central = (policies: object[]) =>
  settings({ features: { securityHub: { mode: "central", central: { policies } } } });
const policies = [
  { name: "prod", targets: [MEMBER], standards: ["cis-5.0.0"], disabledControls: ["IAM.6"] },
  { name: "dev", targets: ["ou-bulw-dev000001"] },
];

/** What of the admin stack has to do with Security Hub. */
function administration(from: ReturnType<typeof settings>): Program {
  return async () => {
    const stack = adminStack(adminInputs({}, from));
    const trusted = trustedAccess(stack);
    const hubs: HubAdministration[] = [];
    for (const region of regions) hubs.push(securityHub(stack, region, trusted, hubs));
    centralConfiguration(stack, findingAggregation(stack, hubs), hubs);
    return {};
  };
}

/** What of a baseline has to do with Security Hub. */
function baseline(from: ReturnType<typeof settings>, governing?: object): Program {
  return async () => {
    const stack = baselineStack(baselineInputs(governing === undefined ? {} : { governing }, from));
    for (const region of regions) hubOf(stack, region, { roles: {}, recording: stack.member });
    return {};
  };
}

describe("Security Hub's two modes, through the real engine", function () {
  this.timeout(300_000);
  let sandbox: RunningSandbox;
  let engine: Engine;
  let security: SecurityHub;

  before(async () => {
    sandbox = await runSandbox();
    engine = await startEngine(sandbox.url);
    security = new SecurityHub(sandbox.root(SECURITY));
    await writeRootProfiles(engine, MANAGEMENT, SECURITY, LOG_ARCHIVE, MEMBER);
  });
  after(async () => {
    security?.destroy();
    await engine?.remove();
    await sandbox?.close();
  });

  const governing = async () => {
    const { endpoint, credentials } = sandbox.root(SECURITY);
    const session = { ...credentials, sessionToken: "", expiration: "2030-01-01T00:00:00Z" };
    return readGoverning({ accountId: SECURITY, credentials: session, endpoint }, "us-east-1", MEMBER);
  };
  const standards = async (region: string) => {
    const hub = new SecurityHub(sandbox.root(MEMBER, region));
    const { StandardsSubscriptions = [] } = await hub.getEnabledStandards({});
    hub.destroy();
    return StandardsSubscriptions.map(({ StandardsArn }) => StandardsArn?.split("standards/")[1]).sort();
  };
  const CIS = "cis-aws-foundations-benchmark/v/5.0.0";

  it("begin with local mode, in which the baseline owns hub and standards", async () => {
    const admin = await engine.run("admin", "up", administration(local));
    assert.equal(admin.errors, "");
    const member = await engine.run("member", "up", baseline(local));
    assert.deepEqual([member.changes, member.errors], [{ create: 15 }, ""]);
  });

  it("go over to central mode: the policies are applied, and a second deployment changes nothing", async () => {
    const { changes, errors } = await engine.run("admin", "up", administration(central(policies)));
    assert.deepEqual([changes.create, changes.delete, errors], [6, undefined, ""]);
    const again = await engine.run("admin", "preview");
    assert.deepEqual([Object.keys(again.changes), again.errors], [["same"], ""]);
    for (const region of regions) assert.deepEqual(await standards(region), [CIS], region);
    const found = await governing();
    assert.deepEqual(governingProblems(found, MEMBER), []);
    assert.deepEqual(found && governingFrom(found, undefined).standards, ["cis-5.0.0"]);
  });

  it("let the baseline go on looking at what it owned, and make nothing of it go", async () => {
    const found = await governing();
    const wanted = baseline(central(policies), found && governingFrom(found, baselineInputs({}, local)));
    // The standard that the policy has ended is seen to be gone.
    await engine.run("member", "refresh", wanted);
    const { changes, errors } = await engine.run("member", "up", wanted);
    assert.deepEqual([changes, errors], [{ same: 13 }, ""]);
    const hub = new SecurityHub(sandbox.root(MEMBER));
    await hub.describeHub({});
    await assert.rejects(hub.disableSecurityHub({}), { name: "AccessDeniedException" });
    hub.destroy();
  });

  it("show as drift a policy and associations that somebody has changed, and put them back", async () => {
    const { id: policy } = await engine.resource("admin", "configuration-policy-prod-us-east-1");
    const { id: other } = await engine.resource("admin", "configuration-policy-dev-us-east-1");
    const { ConfigurationPolicy } = await security.getConfigurationPolicy({ Identifier: other });
    await security.updateConfigurationPolicy({ Identifier: policy, ConfigurationPolicy });
    const Target = { AccountId: MEMBER };
    await security.startConfigurationPolicyAssociation({ ConfigurationPolicyIdentifier: other, Target });
    const own = { AccountId: SECURITY };
    await security.startConfigurationPolicyAssociation({ ConfigurationPolicyIdentifier: other, Target: own });
    const { changes, diffs } = await engine.run("admin", "previewRefresh");
    assert.equal(changes.update, 3);
    assert.deepEqual(diffs[`policy-association-${MEMBER}-us-east-1`], ["~ policyId"]);
    assert.deepEqual(diffs[`policy-association-${SECURITY}-us-east-1`], ["~ configurationPolicyId"]);

    await engine.run("admin", "refresh");
    const repair = await engine.run("admin", "up");
    assert.deepEqual([repair.changes.update, repair.changes.create, repair.errors], [3, undefined, ""]);
    const policyOf = async (AccountId: string) =>
      (await security.getConfigurationPolicyAssociation({ Target: { AccountId } })).ConfigurationPolicyId;
    assert.deepEqual([await policyOf(MEMBER), await policyOf(SECURITY)], [policy, "SELF_MANAGED_SECURITY_HUB"]);
    const repaired = await security.getConfigurationPolicy({ Identifier: policy });
    const { SecurityControlsConfiguration: controls } = repaired.ConfigurationPolicy?.SecurityHub ?? {};
    assert.deepEqual(controls?.DisabledSecurityControlIdentifiers, ["IAM.6"]);
    const again = await engine.run("admin", "previewRefresh");
    assert.deepEqual([Object.keys(again.changes), again.errors], [["same"], ""]);
  });

  it("leave a hub to the organization when a baseline of central mode goes", async () => {
    const { changes, errors } = await engine.run("member", "destroy");
    assert.deepEqual([changes, errors], [{ delete: 13 }, ""]);
    const hub = new SecurityHub(sandbox.root(MEMBER, "us-west-2"));
    await hub.describeHub({});
    hub.destroy();
  });

  it("go back to local mode when the policies have gone, and to nothing", async () => {
    const without = await engine.run("admin", "up", administration(central([])));
    assert.deepEqual([without.changes.delete, without.errors], [6, ""]);
    const { errors } = await engine.run("admin", "up", administration(local));
    assert.equal(errors, "");
    const { OrganizationConfiguration } = await security.describeOrganizationConfiguration({});
    assert.deepEqual(OrganizationConfiguration, { ConfigurationType: "LOCAL", Status: "ENABLED" });
  });
});
