import assert from "node:assert/strict";
import { keysOf as targetsOf } from "../../remediation/kms-key.ts";
import { decide, unfitFor } from "../../remediation/kms-rotation/decide.ts";
import type { Facts } from "../../remediation/remediation.ts";

const accountId = "100000000001";
const ID = "1234abcd-12ab-34cd-56ef-1234567890ab";
const arn = `arn:aws:kms:eu-central-1:${accountId}:key/${ID}`;
const facts: Facts = { now: new Date(0), organizationAccounts: [], partnerAccounts: [], untouchable: [] };
const fit = { KeyManager: "CUSTOMER", KeySpec: "SYMMETRIC_DEFAULT", Origin: "AWS_KMS", KeyState: "Enabled" };

describe("the decision on the rotation of keys", () => {
  it("is about the keys of the finding's account", () => {
    const keys = [arn, `arn:aws-us-gov:kms:us-gov-west-1:${accountId}:key/mrk-${"0".repeat(32)}`];
    const finding = (...ids: readonly unknown[]) => ({
      AwsAccountId: accountId,
      Resources: ids.map((Id) => ({ Type: "AwsKmsKey", Id: Id as string })),
    });
    assert.deepEqual(
      targetsOf(finding(...keys, ...keys)).map((one) => one.arn),
      keys,
    );
    const hostile = [
      "",
      ID,
      null,
      7,
      "*",
      `arn:aws:kms:eu-central-1:999988887777:key/${ID}`,
      `arn:aws:kms:eu-central-1:${accountId}:alias/x`,
      `arn:aws:kms:eu-central-1:${accountId}:key/*`,
      `${arn}\n`,
      `arn:other:kms:eu-central-1:${accountId}:key/${ID}`,
    ];
    assert.deepEqual(targetsOf(finding(...hostile)), []);
  });

  it("takes keys that KMS can rotate alone, and says why others can't", () => {
    assert.equal(unfitFor(fit), null);
    assert.equal(unfitFor({ ...fit, MultiRegionConfiguration: { MultiRegionKeyType: "PRIMARY" } }), null);
    const unfit: [object, RegExp][] = [
      [{ KeyManager: "AWS" }, /AWS manages/],
      [{ KeySpec: "RSA_2048" }, /RSA_2048/],
      [{ KeySpec: "HMAC_256" }, /HMAC_256/],
      [{ Origin: "EXTERNAL" }, /EXTERNAL/],
      [{ Origin: "AWS_CLOUDHSM" }, /AWS_CLOUDHSM/],
      [{ Origin: "EXTERNAL_KEY_STORE" }, /EXTERNAL_KEY_STORE/],
      [{ KeyState: "Disabled" }, /Disabled/],
      [{ KeyState: "PendingDeletion" }, /PendingDeletion/],
      [{ MultiRegionConfiguration: { MultiRegionKeyType: "REPLICA", PrimaryKey: { Arn: arn } } }, /primary key arn/],
      [{ KeyManager: undefined }, /AWS manages/],
    ];
    for (const [traits, why] of unfit) assert.match(unfitFor({ ...fit, ...traits }) ?? "", why);
  });

  it("turns rotation on where it is off and can be", () => {
    const key = { accountId, arn };
    assert.deepEqual(decide({ rotates: true, unfit: null }, key, facts), { kind: "nothing" });
    assert.deepEqual(decide({ rotates: false, unfit: null }, key, facts), {
      kind: "change",
      to: { rotates: true, unfit: null },
    });
    assert.equal(decide({ rotates: false, unfit: "it is asymmetric" }, key, facts).kind, "refuse");
    assert.equal(decide({ rotates: false, unfit: null }, key, { ...facts, untouchable: [arn] }).kind, "refuse");
  });
});
