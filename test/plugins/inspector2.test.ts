import assert from "node:assert/strict";
import { Inspector2 } from "@aws-sdk/client-inspector2";
import { DelegatedAdminAccount } from "@pulumi/aws/inspector2/delegatedAdminAccount.js";
import { Enabler } from "@pulumi/aws/inspector2/enabler.js";
import { MemberAssociation } from "@pulumi/aws/inspector2/memberAssociation.js";
import { OrganizationConfiguration } from "@pulumi/aws/inspector2/organizationConfiguration.js";
import { Provider } from "@pulumi/aws/provider.js";
import {
  CisScanConfiguration,
  type CisScanConfigurationArgs,
} from "@pulumi/aws-native/inspectorv2/cisScanConfiguration.js";
import { Provider as NativeProvider } from "@pulumi/aws-native/provider.js";
import { findCisScan } from "../../stacks/recovery/inspector.ts";
import { type RunningSandbox, runSandbox, until } from "../sandbox/running-sandbox.ts";
import { type Engine, type Program, startEngine } from "./engine.ts";
import { writeRootProfiles } from "./profiles.ts";

const [MANAGEMENT, SECURITY, MEMBER, OTHER] = ["111111111111", "222222222222", "100000000001", "100000000002"];

const at = (account: string) => ({
  provider: new Provider(`aws-${account}`, { region: "us-east-1", profile: `bulwark-${account}` }),
});

interface Wanted {
  readonly ecr?: boolean;
  readonly resourceTypes?: string[];
  readonly member?: string;
}

/** An administrator with Inspector on, its organization's configuration, one member and that member's scans. */
function administration({ ecr = true, resourceTypes = ["EC2", "ECR"], member = MEMBER }: Wanted = {}): Program {
  return async () => {
    const [management, security] = [at(MANAGEMENT), at(SECURITY)];
    const admin = new DelegatedAdminAccount("admin", { accountId: SECURITY }, management);
    const own = { accountIds: [SECURITY], resourceTypes: ["ECR"] };
    const enabled = new Enabler("own", own, { ...security, dependsOn: admin });
    const after = { ...security, dependsOn: enabled };
    new OrganizationConfiguration("organization", { autoEnable: { ec2: true, ecr } }, after);
    const joined = new MemberAssociation("member", { accountId: member }, after);
    new Enabler("theirs", { accountIds: [member], resourceTypes }, { ...security, dependsOn: joined });
    return {};
  };
}

describe("the types of Inspector, through the real engine", () => {
  let sandbox: RunningSandbox;
  let engine: Engine;
  let inspector: Inspector2;

  before(async () => {
    sandbox = await runSandbox();
    engine = await startEngine(sandbox.url);
    inspector = new Inspector2(sandbox.root(SECURITY));
    await writeRootProfiles(engine, MANAGEMENT, SECURITY, MEMBER, OTHER);
  });

  after(async () => {
    inspector?.destroy();
    await engine?.remove();
    await sandbox?.close();
  });

  /** EC2, ECR and Lambda in an account, as its administrator sees them once nothing is under way. */
  async function scansOf(account: string) {
    const { accounts } = await until(
      () => inspector.batchGetAccountStatus({ accountIds: [account] }),
      (answer) => {
        const states = Object.values(answer.accounts?.[0]?.resourceState ?? {});
        return !states.some(({ status }) => status?.endsWith("ING"));
      },
    );
    const { ec2, ecr, lambda } = accounts?.[0]?.resourceState ?? {};
    return [ec2?.status, ecr?.status, lambda?.status];
  }

  /** Finds the same again in every way there is to look. */
  async function settles(stack: string, same: number): Promise<void> {
    const outcome = { changes: { same }, diffs: {}, errors: "" };
    assert.deepEqual(await engine.run(stack, "up"), outcome);
    assert.deepEqual(await engine.run(stack, "refresh"), outcome);
    assert.deepEqual(await engine.run(stack, "preview"), outcome);
  }

  it("makes an organization's administration, and changes nothing the second time", async () => {
    const made = await engine.run("organization", "up", administration());
    assert.deepEqual([made.changes, made.errors], [{ create: 8 }, ""]);
    assert.deepEqual(await scansOf(MEMBER), ["ENABLED", "ENABLED", "DISABLED"]);
    assert.equal((await engine.resource("organization", "theirs")).id, `${MEMBER}-EC2:ECR`);
    const { outputs } = await engine.resource("organization", "member");
    assert.deepEqual([outputs.delegatedAdminAccountId, outputs.relationshipStatus], [SECURITY, "ENABLED"]);
    assert.match(String(outputs.updatedAt), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.equal((await engine.resource("organization", "admin")).outputs.relationshipStatus, "ENABLED");
    await settles("organization", 8);
  });

  it("updates scans and preferences in place", async () => {
    const wanted = administration({ ecr: false, resourceTypes: ["ECR", "LAMBDA"] });
    const { changes, diffs, errors } = await engine.run("organization", "up", wanted);
    assert.deepEqual([changes, errors], [{ same: 6, update: 2 }, ""]);
    assert.deepEqual(diffs.organization, ["~ autoEnable.ecr"]);
    assert.deepEqual(await scansOf(MEMBER), ["DISABLED", "ENABLED", "ENABLED"]);
    assert.equal((await inspector.describeOrganizationConfiguration({})).autoEnable?.ecr, false);
    await settles("organization", 8);
  });

  it("sees what was changed by hand, and puts it back", async () => {
    await inspector.updateOrganizationConfiguration({ autoEnable: { ec2: true, ecr: false, lambda: true } });
    await inspector.disable({ accountIds: [MEMBER], resourceTypes: ["LAMBDA"] });
    await scansOf(MEMBER);
    const drift = await engine.run("organization", "previewRefresh");
    assert.deepEqual(drift.changes, { same: 6, update: 2 });
    await engine.run("organization", "refresh");
    const { changes, errors } = await engine.run("organization", "up");
    assert.deepEqual([changes, errors], [{ same: 6, update: 2 }, ""]);
    assert.deepEqual(await scansOf(MEMBER), ["DISABLED", "ENABLED", "ENABLED"]);
    assert.equal((await inspector.describeOrganizationConfiguration({})).autoEnable?.lambda, false);
    await inspector.disassociateMember({ accountId: MEMBER });
    assert.equal((await engine.run("organization", "previewRefresh")).changes.delete, 2);
    await inspector.associateMember({ accountId: MEMBER });
    await until(
      () => inspector.getMember({ accountId: MEMBER }),
      ({ member }) => member?.relationshipStatus === "ENABLED",
    );
  });

  it("replaces a member association, while scans follow in place", async () => {
    const wanted = administration({ ecr: false, resourceTypes: ["ECR", "LAMBDA"], member: OTHER });
    const { changes, diffs, errors } = await engine.run("organization", "up", wanted);
    assert.deepEqual([changes, errors], [{ same: 6, update: 1, replace: 1 }, ""]);
    assert.ok(diffs.member?.includes("+- accountId"));
    assert.deepEqual(await scansOf(OTHER), ["DISABLED", "ENABLED", "ENABLED"]);
    const { members } = await inspector.listMembers({});
    assert.deepEqual(
      members?.map(({ accountId }) => accountId),
      [OTHER],
    );
    await settles("organization", 8);
  });

  it("imports each by its id, and destroys without a trace", async () => {
    const imports: Program = async () => {
      const [management, security] = [at(MANAGEMENT), at(SECURITY)];
      const found = (options: ReturnType<typeof at>, id: string) => ({ ...options, import: id, retainOnDelete: true });
      new DelegatedAdminAccount("admin", { accountId: SECURITY }, found(management, SECURITY));
      new MemberAssociation("member", { accountId: OTHER }, found(security, OTHER));
      const scans = { accountIds: [OTHER], resourceTypes: ["ECR", "LAMBDA"] };
      new Enabler("theirs", scans, found(security, `${OTHER}-ECR:LAMBDA`));
      return {};
    };
    const imported = await engine.run("imports", "up", imports);
    assert.deepEqual([imported.changes, imported.errors], [{ create: 3, import: 3 }, ""]);
    await engine.run("imports", "destroy");

    const { changes, errors } = await engine.run("organization", "destroy");
    assert.deepEqual([changes, errors], [{ delete: 8 }, ""]);
    const management = new Inspector2(sandbox.root(MANAGEMENT));
    assert.deepEqual((await management.listDelegatedAdminAccounts({})).delegatedAdminAccounts, []);
    management.destroy();
    assert.deepEqual(await scansOf(SECURITY), Array(3).fill("DISABLED"));
  });

  it("says in the real provider's words what AWS refuses", async () => {
    // One stack each: the engine starts nothing more once something has failed.
    const refused = async (stack: string, declare: () => unknown): Promise<string> => {
      const { errors } = await engine.run(stack, "up", async () => ({ made: Boolean(declare()) }));
      return errors;
    };
    const operation = (name: string) => `operation error Inspector2: ${name}, https response error StatusCode: 403`;
    const delegated = await refused(
      "not-management",
      () => new DelegatedAdminAccount("admin", { accountId: SECURITY }, at(MEMBER)),
    );
    const title = "creating Amazon Inspector Delegated Admin Account";
    assert.ok(delegated.includes(`${title} (${SECURITY}): ${operation("EnableDelegatedAdminAccount")}`), delegated);
    assert.match(delegated, /RequestID: [^,]+, AccessDeniedException: Invoking account does not have access/);
    const joined = await refused(
      "not-administrator",
      () => new MemberAssociation("member", { accountId: OTHER }, at(SECURITY)),
    );
    const association = `creating Inspector2 Member Association (${OTHER}): ${operation("AssociateMember")}`;
    assert.ok(joined.includes(association), joined);
    const enabling = (stack: string, accountIds: string[], resourceTypes: string[]) =>
      refused(stack, () => new Enabler("scans", { accountIds, resourceTypes }, at(OTHER)));
    assert.match(
      await enabling("mixed", [OTHER, MEMBER], ["ECR"]),
      /"account_ids" can contain either the administrator account or one or more member accounts/,
    );
    assert.match(
      await enabling("code", [OTHER], ["LAMBDA_CODE"]),
      /creating Amazon Inspector Enabler \(100000000002-LAMBDA_CODE\): .* ValidationException: LAMBDA_CODE/,
    );
  });

  it("keeps a CIS scan configuration", async () => {
    const wanted = (more: Partial<CisScanConfigurationArgs> = {}): Program => {
      return async () => {
        const native = new NativeProvider("native", { region: "us-east-1", profile: `bulwark-${OTHER}` });
        const args = {
          scanName: "weekly",
          securityLevel: "LEVEL_1" as const,
          schedule: {
            weekly: {
              startTime: { timeOfDay: "03:00", timeZone: "Europe/Zurich" },
              days: ["SUN" as const, "WED" as const],
            },
          },
          targets: { accountIds: ["SELF"], targetResourceTags: { cis: ["yes"] } },
          tags: { team: "risk" },
          ...more,
        };
        new CisScanConfiguration("cis", args, { provider: native });
        return {};
      };
    };
    const own = new Inspector2(sandbox.root(OTHER));
    const live = async () => (await own.listCisScanConfigurations({})).scanConfigurations ?? [];
    const made = await engine.run("cis", "up", wanted());
    assert.deepEqual([made.changes, made.errors], [{ create: 3 }, ""]);
    await settles("cis", 3);

    const daily = { startTime: { timeOfDay: "04:00", timeZone: "UTC" } };
    const changed = wanted({ schedule: { daily }, tags: { owner: "cis" } });
    // A recovery finds it by its tags, since several may have its name.
    const { credentials } = sandbox.root(OTHER);
    const reading = {
      accountId: OTHER,
      credentials: { sessionToken: "", ...credentials, expiration: "" },
      endpoint: sandbox.url,
    };
    const sought = (tags: Record<string, string>) =>
      findCisScan(reading, "us-east-1", {
        ...{ type: "aws-native:inspectorv2:CisScanConfiguration", name: "cis", accountId: OTHER, partition: "aws" },
        inputs: { scanName: "weekly", tags },
      });
    assert.equal(await sought({ team: "risk" }), (await engine.resource("cis", "cis")).id);
    assert.equal(await sought({ team: "other" }), undefined);

    const updated = await engine.run("cis", "up", changed);
    assert.deepEqual([updated.changes, updated.errors], [{ same: 2, update: 1 }, ""]);
    const [found] = await live();
    assert.deepEqual(found?.schedule, { daily: { startTime: { timeOfDay: "04:00", timezone: "UTC" } } });
    assert.deepEqual(found?.tags, { owner: "cis" });
    await settles("cis", 3);

    const { id } = await engine.resource("cis", "cis");
    await own.updateCisScanConfiguration({ scanConfigurationArn: id, securityLevel: "LEVEL_2" });
    const drift = await engine.run("cis", "previewRefresh");
    assert.deepEqual(drift.diffs.cis, ["~ securityLevel"]);
    await engine.run("cis", "refresh");
    assert.deepEqual((await engine.run("cis", "up")).changes, { same: 2, update: 1 });
    assert.equal((await live())[0]?.securityLevel, "LEVEL_1");

    assert.deepEqual((await engine.run("cis", "destroy")).changes, { delete: 3 });
    assert.deepEqual(await live(), []);
    own.destroy();
  });
});
