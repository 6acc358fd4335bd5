import assert from "node:assert/strict";
import { IAM } from "@aws-sdk/client-iam";
import { QUARANTINE } from "../../remediation/iam-user-quarantine/decide.ts";
import type { ClientSettings, Facts, Kept, Session } from "../../remediation/remediation.ts";
import { plan } from "../../remediation/run.ts";
import { unusedCredentialsRemediation as remediation } from "../../remediation/unused-credentials/remediation.ts";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";

const accountId = "100000000002";
const UserName = "ann";
const ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess";
const HUNDRED_DAYS_MS = 100 * 86_400_000;

describe("unused credentials of administrators, as IAM has them", () => {
  let sandbox: RunningSandbox;
  let iam: IAM;
  let session: Session;
  before(async () => {
    sandbox = await runSandbox();
    iam = new IAM(sandbox.root(accountId));
    const client = <Client>(Class: new (settings: ClientSettings) => Client): Client => {
      const { credentials, ...access } = sandbox.root(accountId);
      return new Class({ ...access, credentials: async () => credentials as never });
    };
    session = { partition: "aws", accountId, region: "us-east-1", client };
    await iam.createUser({ UserName });
    await iam.createAccessKey({ UserName });
  });
  after(async () => {
    iam?.destroy();
    await sandbox?.close();
  });

  async function planned(more: Partial<Facts> = {}): Promise<string> {
    const now = new Date(Date.now() + HUNDRED_DAYS_MS);
    const facts: Facts = { now, organizationAccounts: [], partnerAccounts: [], untouchable: [], ...more };
    const Resources = [{ Type: "AwsIamUser", Id: `arn:aws:iam::${accountId}:user/${UserName}` }];
    const [target] = remediation.targetsOf({
      AwsAccountId: accountId,
      Compliance: { SecurityControlId: "IAM.8" },
      Resources,
    });
    const { kind, ...rest } = await plan(remediation, session, target as Kept, facts);
    return "why" in rest ? `${kind}: ${rest.why}` : kind;
  }
  const REFUSED = /^refused: user ann is the account's last administrator/;

  it("are turned off where the user is no administrator, or another one has a way in", async () => {
    assert.equal(await planned(), "change");
    await iam.createGroup({ GroupName: "admins" });
    await iam.attachGroupPolicy({ GroupName: "admins", PolicyArn: ADMINISTRATOR });
    await iam.addUserToGroup({ GroupName: "admins", UserName });
    assert.match(await planned(), REFUSED);

    await iam.createUser({ UserName: "bob" });
    await iam.attachUserPolicy({ UserName: "bob", PolicyArn: ADMINISTRATOR });
    assert.match(await planned(), REFUSED, "bob has no credential");
    const { AccessKey } = await iam.createAccessKey({ UserName: "bob" });
    assert.equal(await planned(), "change");
    await iam.updateAccessKey({ UserName: "bob", AccessKeyId: AccessKey?.AccessKeyId, Status: "Inactive" });
    assert.match(await planned(), REFUSED, "bob's key is off");
    await iam.createLoginProfile({ UserName: "bob", Password: "correct horse battery staple 1A" });
    assert.equal(await planned(), "change");
    await iam.putUserPolicy({ UserName: "bob", PolicyName: "BulwarkQuarantine", PolicyDocument: QUARANTINE });
    assert.match(await planned(), REFUSED, "bob is quarantined");
  });

  it("are turned off where the administrator has a password, which stays", async () => {
    await iam.createLoginProfile({ UserName, Password: "correct horse battery staple 1A" });
    assert.equal(await planned(), "change");
  });

  it("are left to a person where the user is untouchable, and to its owner where it is protected", async () => {
    const untouchable = [`arn:aws:iam::${accountId}:user/a*`];
    assert.match(await planned({ untouchable }), /^refused: arn:aws:iam::100000000002:user\/ann is untouchable/);
    await iam.tagUser({ UserName, Tags: [{ Key: "bulwark:protected", Value: "until March" }] });
    assert.match(await planned({ untouchable }), /^protected: credentials of user ann/);
  });

  it("are gone with the user", async () => {
    await iam.removeUserFromGroup({ GroupName: "admins", UserName });
    await iam.deleteLoginProfile({ UserName });
    const { AccessKeyMetadata = [] } = await iam.listAccessKeys({ UserName });
    for (const { AccessKeyId } of AccessKeyMetadata) await iam.deleteAccessKey({ UserName, AccessKeyId });
    await iam.deleteUser({ UserName });
    assert.match(await planned(), /^gone: credentials of user ann in account 100000000002 is not there any more/);
  });
});
