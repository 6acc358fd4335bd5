import assert from "node:assert/strict";
import fc from "fast-check";
import { adminProgram } from "../../programs/admin/program.ts";
import { baselineProgram } from "../../programs/baseline/program.ts";
import { EXTENSION_TYPES } from "../../programs/extensions/extensions.ts";
import {
  adoptControlsOff,
  controlsOffByHand,
  controlsOn,
  onChoices,
  type StandingControl,
} from "../../programs/standing-controls.ts";
import { declare } from "./declared.ts";
import { adminInputs, baselineInputs, MEMBER, settings } from "./samples.ts";

const at = (controlId: string, status: StandingControl["status"], more: Partial<StandingControl> = {}) => ({
  ...{ controlId, standard: "fsbp-1.0.0" as const, region: "us-east-1", status },
  ...more,
});
const place = { standard: "fsbp-1.0.0", region: "us-east-1" } as const;
const deciding = (...disabledControls: object[]) => settings({ features: { securityHub: { disabledControls } } });
const iam6 = { controlId: "IAM.6", standards: ["fsbp-1.0.0"], reason: "Root users have no credentials" };

describe("controls of Security Hub", () => {
  it("that are off are drift, but for what the organization or a counting exception has decided", () => {
    const found = [at("S3.8", "DISABLED"), at("IAM.6", "DISABLED"), at("EC2.1", "ENABLED")];
    const ids = (inputs: Parameters<typeof controlsOffByHand>[0]) =>
      controlsOffByHand(inputs, found).map(({ controlId }) => controlId);
    assert.deepEqual(ids(baselineInputs()), ["S3.8", "IAM.6"]);
    assert.deepEqual(ids(baselineInputs({}, deciding(iam6))), ["S3.8"]);
    assert.deepEqual(ids(adminInputs({}, deciding(iam6))), ["S3.8"]);
    assert.deepEqual(ids(baselineInputs({}, deciding({ ...iam6, status: "ENABLED" }))), ["S3.8", "IAM.6"]);
    // In the home region it is to be on.
    assert.deepEqual(ids(baselineInputs({}, deciding({ ...iam6, regions: "linked" }))), ["S3.8", "IAM.6"]);
    const exception = { ...EXTENSION_TYPES.exception.example, control: "IAM.6" };
    assert.deepEqual(ids(baselineInputs({ extensions: [exception] })), ["S3.8"]);
    assert.deepEqual(ids(baselineInputs({ endedExtensions: [exception] })), ["S3.8", "IAM.6"]);
  });

  it("are switched on again when somebody has switched them off, and when the organization takes its decision back", () => {
    const former = baselineInputs({}, deciding(iam6));
    const now = baselineInputs();
    const on = (...found: StandingControl[]) => controlsOn(now, former, found);
    assert.deepEqual(
      controlsOn(now, former, []).map(({ controlId, region }) => `${controlId} ${region}`),
      ["IAM.6 us-east-1", "IAM.6 us-west-2"],
    );
    assert.ok(on(at("S3.8", "DISABLED"), at("IAM.6", "DISABLED")).some(({ controlId }) => controlId === "S3.8"));
    assert.deepEqual(controlsOn(former, former, []), []);
    // What a smaller choice leaves.
    const linked = baselineInputs({}, deciding({ ...iam6, regions: "linked" }));
    assert.deepEqual(controlsOn(linked, former, []), [{ controlId: "IAM.6", ...place }]);
  });

  it("stay declared, until the organization decides on them, leaves their standard or AWS takes them out of it", () => {
    const controls = [{ controlId: "S3.8", ...place }];
    const former = baselineInputs({ controlsOn: controls });
    assert.deepEqual(controlsOn(baselineInputs(), former, []), controls);
    assert.deepEqual(controlsOn(baselineInputs(), former, [at("S3.8", "ENABLED")]), controls);
    assert.deepEqual(controlsOn(baselineInputs(), former, [at("EC2.1", "ENABLED")]), []);
    // Of a standard that is off nothing is known.
    assert.deepEqual(controlsOn(baselineInputs(), former, [at("EC2.1", "ENABLED", { region: "us-west-2" })]), controls);
    assert.deepEqual(controlsOn(baselineInputs({}, deciding({ ...iam6, controlId: "S3.8" })), former, []), []);
    assert.deepEqual(controlsOn(baselineInputs({ standards: ["cis-5.0.0"] }), former, []), []);
  });

  it("are nothing of a baseline in central mode, and all the same of the security account", () => {
    const policies = [{ name: "all", targets: [MEMBER] }];
    const central = settings({ features: { securityHub: { mode: "central", central: { policies } } } });
    const governing = { policyId: "p", enabled: true, standards: ["fsbp-1.0.0"] };
    const off = [at("S3.8", "DISABLED")];
    assert.deepEqual(controlsOn(baselineInputs({ governing }, central), baselineInputs(), off), []);
    assert.deepEqual(controlsOn(adminInputs({}, central), undefined, off), [{ controlId: "S3.8", ...place }]);
  });

  it("that were off before Bulwark came are adopted with how they were, what the organization decided excepted", () => {
    const inputs = { ...baselineInputs(), controlsOn: [{ controlId: "S3.8", ...place }] };
    const found = [at("S3.8", "DISABLED", { reason: "Once" }), at("IAM.6", "DISABLED"), at("EC2.1", "ENABLED")];
    const [adopted, ...others] = adoptControlsOff(inputs, found);
    assert.deepEqual(others, []);
    assert.equal(adopted?.name, "control-association-S3.8-fsbp-1.0.0-us-east-1");
    const arn = "arn:aws:securityhub:us-east-1::standards/aws-foundational-security-best-practices/v/1.0.0";
    assert.equal(adopted?.id, `S3.8,${arn}`);
    assert.deepEqual(adopted?.before, {
      ...{ securityControlId: "S3.8", standardsArn: arn, associationStatus: "DISABLED", updatedReason: "Once" },
    });
  });

  it("are declared on in their region, and off as long as an exception counts", async () => {
    const controls = [{ controlId: "S3.8", ...place }];
    const name = "control-association-S3.8-fsbp-1.0.0-us-east-1";
    const status = async (inputs: Record<string, unknown>) => {
      const { resources } = await declare(() => baselineProgram(baselineInputs({ controlsOn: controls, ...inputs })));
      const found = resources.filter((one) => one.name.startsWith("control-association-S3.8"));
      assert.deepEqual(
        found.map((one) => one.name),
        [name],
      );
      return found[0]?.inputs.associationStatus;
    };
    assert.equal(await status({}), "ENABLED");
    const exception = { ...EXTENSION_TYPES.exception.example, control: "S3.8", regions: ["us-east-1"] };
    assert.equal(await status({ extensions: [exception] }), "DISABLED");
    assert.equal(await status({ endedExtensions: [exception] }), "ENABLED");
    const { named } = await declare(() => adminProgram(adminInputs({ controlsOn: controls })), "admin");
    assert.equal(named(name).inputs.associationStatus, "ENABLED");
  });

  it("are decided on once, whatever is found: declared on, or off by a decision", () => {
    const control = fc.record({
      controlId: fc.constantFrom("S3.8", "IAM.6", "EC2.1"),
      standard: fc.constantFrom("fsbp-1.0.0" as const, "cis-5.0.0" as const),
      region: fc.constantFrom("us-east-1", "us-west-2"),
      status: fc.constantFrom("ENABLED" as const, "DISABLED" as const),
    });
    const found = fc.uniqueArray(control, { selector: (one) => `${one.controlId} ${one.standard} ${one.region}` });
    const chosen = fc.constantFrom([], [iam6], [{ ...iam6, regions: "linked" }], [{ ...iam6, status: "ENABLED" }]);
    fc.assert(
      fc.property(found, chosen, chosen, (standing, before, after) => {
        const wanted = baselineInputs({}, deciding(...after));
        const on = controlsOn(wanted, baselineInputs({}, deciding(...before)), standing);
        const next = { ...wanted, controlsOn: on };
        // The next look finds all that was declared on to be so, and asks for the same.
        const off = controlsOffByHand(next, standing);
        const declared = (region: string) =>
          onChoices(next, region).map(({ controlId, standards }) => `${controlId} ${standards} ${region}`);
        const all = ["us-east-1", "us-west-2"].flatMap(declared);
        assert.equal(new Set(all).size, all.length);
        for (const one of off) {
          const organization =
            after.some(({ controlId }) => controlId === one.controlId) && one.standard === "fsbp-1.0.0";
          assert.ok(organization || all.includes(`${one.controlId} ${one.standard} ${one.region}`));
        }
        assert.deepEqual(controlsOn(wanted, next, standing), on);
      }),
    );
  });
});
