import assert from "node:assert/strict";
import { managementRole } from "../../programs/bootstrap/management-role.ts";
import type { Statement } from "../../programs/bootstrap/policy-document.ts";
import { FeatureSettings } from "../../programs/feature-settings.ts";
import { withoutRootCredentials } from "../../programs/root-credentials.ts";
import { adminInputs, baselineInputs, MANAGEMENT, SECURITY, settings } from "./samples.ts";

const removing = { rootAccess: { enabled: true, removeCredentials: true } };

/** The statements of the management role on sessions of root users. */
function sessions(rootAccess: object): Statement[] {
  const { policies } = managementRole(settings({ features: { rootAccess } }), "o-bulwark0demo");
  const all = Object.values(policies).flatMap((policy) => policy.Statement);
  return all.filter(({ Action }) => Action?.includes("sts:AssumeRoot"));
}

describe("removing credentials of root users", () => {
  it("is off by default, needs central root access, and is refused with its path otherwise", () => {
    assert.equal(FeatureSettings.parse({}).rootAccess.removeCredentials, false);
    const { success, error } = FeatureSettings.safeParse({ rootAccess: { removeCredentials: true } });
    assert.equal(success, false);
    assert.deepEqual(
      error?.issues.map(({ path, message }) => [path.join("."), message]),
      [["rootAccess.removeCredentials", "needs features.rootAccess.enabled: set that to true, or this to false"]],
    );
  });

  it("gives the management role sessions for two tasks, in any account but its own, and none where it is off", () => {
    assert.deepEqual(sessions({ enabled: true }), []);
    const [allowed, denied, ...more] = sessions({ enabled: true, removeCredentials: true });
    assert.deepEqual(more, []);
    assert.deepEqual([allowed?.Effect, allowed?.Resource], ["Allow", ["arn:aws:iam::*:root"]]);
    assert.deepEqual(allowed?.Condition, {
      ArnEquals: {
        "sts:TaskPolicyArn": [
          "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials",
          "arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials",
        ],
      },
    });
    assert.deepEqual([denied?.Effect, denied?.Resource], ["Deny", [`arn:aws:iam::${MANAGEMENT}:root`]]);
  });

  it("is of the member with its baseline, and of the core accounts but the management account with the admin stack", () => {
    const baseline = baselineInputs({ features: removing });
    assert.deepEqual(withoutRootCredentials(baseline), [baseline.accountId]);
    const admin = adminInputs({ features: removing });
    assert.deepEqual(withoutRootCredentials(admin), [SECURITY, admin.accounts.logArchive]);
    assert.deepEqual(withoutRootCredentials(baselineInputs()), []);
    assert.deepEqual(withoutRootCredentials(adminInputs()), []);
  });

  it("leaves accounts outside of the organization alone", () => {
    const { accountId } = baselineInputs();
    const outsideMembers = [{ accountId, email: "outside@example.com" }];
    const inputs = baselineInputs({ features: { ...removing, securityHub: { outsideMembers } } });
    assert.deepEqual(withoutRootCredentials(inputs), []);
  });
});
