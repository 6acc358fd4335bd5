import assert from "node:assert/strict";
import { adminProgram } from "../../programs/admin/program.ts";
import { baselineProgram } from "../../programs/baseline/program.ts";
import { ADMIN_FEATURES } from "../../programs/catalogue/admin.ts";
import { BASELINE_FEATURES } from "../../programs/catalogue/baseline.ts";
import { NOT_TURNED_OFF, TURNED_OFF_IN_ADMIN } from "../e2e/turned-off-in-admin/rows.ts";
import { NOT_TURNED_OFF_IN_MEMBER, TURNED_OFF } from "../e2e/turned-off-in-member.ts";
import { QUEUE_ROUTE, TURNED_OFF_OF_TEAM } from "../e2e/turned-off-of-team.ts";
import { declare } from "./declared.ts";
import { adminInputs, baselineInputs, EVERY_OPTION, EXTENSION_EXAMPLES, MEMBER, settings, VPC } from "./samples.ts";

describe("what can be turned off by hand in a member", () => {
  for (const { title, types } of BASELINE_FEATURES) {
    it(`is known for every type of resource of "${title}", or why it is not tried`, () => {
      const turnedOff = [...TURNED_OFF, ...TURNED_OFF_OF_TEAM].map((row) => row.type);
      const known = [...turnedOff, ...Object.keys(NOT_TURNED_OFF_IN_MEMBER)];
      assert.deepEqual(
        types.filter((type) => !known.includes(type)),
        [],
      );
    });
  }

  it("is seen at a resource of that type, which the baseline declares", async () => {
    const extensions = [...EXTENSION_EXAMPLES, QUEUE_ROUTE];
    // What is off by nobody's decision is declared once that has been seen.
    const controlsOn = [{ controlId: "S3.8", standard: "fsbp-1.0.0", region: "us-east-1" }];
    const inputs = baselineInputs({ extensions, controlsOn }, settings({ features: EVERY_OPTION }));
    const { resources } = await declare(() => baselineProgram(inputs), `account-${MEMBER}`);
    const rows = [...TURNED_OFF.map(({ type, drifts }) => ({ type, drifts: drifts(VPC) })), ...TURNED_OFF_OF_TEAM];
    for (const { type, drifts } of rows) {
      const found = resources.filter(({ name }) => name === drifts).map((resource) => resource.type);
      assert.deepEqual(found, [type], drifts);
    }
  });
});

describe("what can be turned off by hand in the admin stack's accounts", () => {
  for (const { title, types } of ADMIN_FEATURES) {
    it(`is known for every type of resource of "${title}", or why it is not tried`, () => {
      const known = [...TURNED_OFF_IN_ADMIN.map(({ type }) => type), ...Object.keys(NOT_TURNED_OFF)];
      assert.deepEqual(
        types.filter((type) => !known.includes(type)),
        [],
      );
    });
  }

  it("is seen at a resource of that type, which the admin stack declares", async () => {
    const controlsOn = [{ controlId: "S3.8", standard: "fsbp-1.0.0", region: "us-west-2" }];
    const { resources } = await declare(
      () => adminProgram(adminInputs({ controlsOn }, settings({ features: EVERY_OPTION }))),
      "admin",
    );
    for (const { type, drifts } of TURNED_OFF_IN_ADMIN) {
      const found = resources.filter(({ name }) => name === drifts).map((resource) => resource.type);
      // A rule and its queue have one name.
      assert.ok(found.includes(type), `${drifts} is of ${found}, not of ${type}`);
    }
  });
});
