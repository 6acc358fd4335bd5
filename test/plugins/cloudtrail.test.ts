import assert from "node:assert/strict";
import { CloudTrail } from "@aws-sdk/client-cloudtrail";
import { GetObjectLockConfigurationCommand, HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { organizationTrail } from "../../programs/admin/organization-trail.ts";
import { adminStack } from "../../programs/admin/stack.ts";
import { bootstrapRoles } from "../../programs/bootstrap/roles.ts";
import { adminInputs, LOG_ARCHIVE, MANAGEMENT, SECURITY, settings } from "../programs/samples.ts";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { type Engine, type Program, startEngine } from "./engine.ts";
import { writeRootProfiles } from "./profiles.ts";
import { writeRoleProfile } from "./role-profile.ts";

const TRAIL = `arn:aws:cloudtrail:us-east-1:${MANAGEMENT}:trail/bulwark-organization`;
const BUCKET = `bulwark-trail-${LOG_ARCHIVE}-us-east-1`;
const trail = { enabled: true, dataEvents: ["s3"], objectLock: { days: 30 } };

function declared(given: object = {}): Program {
  return async () => {
    organizationTrail(adminStack(adminInputs({ features: { trail: { ...trail, ...given } } })));
    return {};
  };
}

describe("the organization's trail, through the real engine with the rights of Bulwark's roles", () => {
  let sandbox: RunningSandbox;
  let engine: Engine;
  let cloudTrail: CloudTrail;
  let s3: S3Client;

  before(async () => {
    sandbox = await runSandbox();
    engine = await startEngine(sandbox.url);
    cloudTrail = new CloudTrail(sandbox.root(MANAGEMENT));
    s3 = new S3Client({ ...sandbox.root(LOG_ARCHIVE), forcePathStyle: true });
    await writeRootProfiles(engine, SECURITY);
    for (const { accountId, role } of bootstrapRoles(settings({ features: { trail } }), "o-bulwark0demo")) {
      if (accountId !== SECURITY) await writeRoleProfile(engine, sandbox, accountId, role);
    }
  });
  after(async () => {
    cloudTrail?.destroy();
    s3?.destroy();
    await engine?.remove();
    await sandbox?.close();
  });

  it("is refused by AWS as long as the organization or the bucket does not let it in", async () => {
    const wanted = { Name: "another", S3BucketName: BUCKET, IsOrganizationTrail: true };
    await assert.rejects(cloudTrail.createTrail(wanted), { name: "CloudTrailAccessNotEnabledException" });
    const member = new CloudTrail(sandbox.root(SECURITY));
    await assert.rejects(member.createTrail(wanted), { name: "NotOrganizationMasterAccountException" });
    await assert.rejects(cloudTrail.registerOrganizationDelegatedAdmin({ MemberAccountId: SECURITY }), {
      name: "CloudTrailAccessNotEnabledException",
    });
    member.destroy();
  });

  it("is made with its bucket and key, and the second time nothing changes", async () => {
    const { changes, errors } = await engine.run("admin", "up", declared());
    assert.deepEqual([changes, errors], [{ create: 15 }, ""]);
    const { Trail } = await cloudTrail.getTrail({ Name: TRAIL });
    assert.deepEqual(
      [Trail?.IsOrganizationTrail, Trail?.IsMultiRegionTrail, Trail?.LogFileValidationEnabled, Trail?.S3BucketName],
      [true, true, true, BUCKET],
    );
    assert.match(Trail?.KmsKeyId ?? "", new RegExp(`^arn:aws:kms:us-east-1:${LOG_ARCHIVE}:key/`));
    assert.equal((await cloudTrail.getTrailStatus({ Name: TRAIL })).IsLogging, true);
    const { ObjectLockConfiguration: lock } = await s3.send(new GetObjectLockConfigurationCommand({ Bucket: BUCKET }));
    assert.deepEqual(lock?.Rule?.DefaultRetention, { Mode: "GOVERNANCE", Days: 30 });
    assert.deepEqual(await engine.run("admin", "up"), { changes: { same: 15 }, diffs: {}, errors: "" });
    const refused = cloudTrail.createTrail({ Name: "other", S3BucketName: BUCKET, IsOrganizationTrail: true });
    await assert.rejects(refused, { name: "InsufficientS3BucketPolicyException" });
  });

  it("is put back where somebody stopped it, narrowed it or took its administrator away", async () => {
    await cloudTrail.stopLogging({ Name: TRAIL });
    const FieldSelectors = [{ Field: "eventCategory", Equals: ["Management"] }];
    await cloudTrail.putEventSelectors({ TrailName: TRAIL, AdvancedEventSelectors: [{ FieldSelectors }] });
    await cloudTrail.updateTrail({ Name: TRAIL, EnableLogFileValidation: false });
    await cloudTrail.deregisterOrganizationDelegatedAdmin({ DelegatedAdminAccountId: SECURITY });
    assert.deepEqual((await engine.run("admin", "refresh")).changes, { same: 13, update: 1, delete: 1 });
    const { changes, errors } = await engine.run("admin", "up");
    assert.deepEqual([changes, errors], [{ same: 13, update: 1, create: 1 }, ""]);
    assert.equal((await cloudTrail.getTrailStatus({ Name: TRAIL })).IsLogging, true);
    assert.equal((await cloudTrail.getEventSelectors({ TrailName: TRAIL })).AdvancedEventSelectors?.length, 2);
    assert.equal((await cloudTrail.getTrail({ Name: TRAIL })).Trail?.LogFileValidationEnabled, true);
  });

  it("goes when it is switched off, and leaves the evidence", async () => {
    const { errors } = await engine.run("admin", "up", declared({ enabled: false }));
    assert.equal(errors, "");
    await assert.rejects(cloudTrail.getTrail({ Name: TRAIL }), { name: "TrailNotFoundException" });
    await s3.send(new HeadBucketCommand({ Bucket: BUCKET }));
    await assert.rejects(cloudTrail.registerOrganizationDelegatedAdmin({ MemberAccountId: SECURITY }), {
      name: "CloudTrailAccessNotEnabledException",
    });
  });
});
