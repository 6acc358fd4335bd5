import assert from "node:assert/strict";
import { controls, controlsOf } from "../../sandbox/emulators/securityhub/catalog/controls.ts";
import { parametersOf } from "../../sandbox/emulators/securityhub/catalog/parameters.ts";
import { findStandard, standardArn, standards } from "../../sandbox/emulators/securityhub/catalog/standards.ts";
import { checkParameters, currentParameters } from "../../sandbox/emulators/securityhub/control-parameters.ts";

const place = { partition: "aws", accountId: "100000000001", region: "eu-central-1" };

describe("Security Hub's catalogue", () => {
  it("has each control once, in standards that exist", () => {
    assert.equal(new Set(controls.map((each) => each.id)).size, controls.length);
    const known = new Set<string>(standards.map((each) => each.key));
    for (const { id, requirements } of controls) {
      assert.ok(requirements.size > 0, id);
      for (const key of requirements.keys()) assert.ok(known.has(key), `${id}: ${key}`);
    }
  });

  it("has controls in every standard", () => {
    for (const { key } of standards) assert.ok(controlsOf(key).length > 5, key);
  });

  it("finds a standard by the ARN that it gives, in that region only", () => {
    for (const standard of standards) assert.equal(findStandard(place, standardArn(place, standard)), standard);
    const elsewhere = standardArn({ ...place, region: "us-east-1" }, standards[0] ?? assert.fail());
    assert.equal(findStandard(place, elsewhere), undefined);
  });

  it("takes the defaults of its parameters as custom values", () => {
    const customizable = controls.filter((each) => parametersOf(each.id) !== undefined);
    assert.ok(customizable.length > 20);
    for (const { id } of customizable) {
      for (const [name, { Value }] of Object.entries(currentParameters(id, {}))) {
        if (Value !== undefined) checkParameters(id, { [name]: { ValueType: "CUSTOM", Value } });
      }
    }
  });
});
