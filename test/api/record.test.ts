import assert from "node:assert/strict";
import fc from "fast-check";
import { nothingDone, readSteps, type StepEvent, settleOpen, sumAttempts } from "../../api/operations/record.ts";

const step = (urn: string, op: string, status: StepEvent["status"]): StepEvent => ({
  ...{ urn, op, status, resourceType: "aws:x:Y", name: urn },
});
const did = (urn: string, op: string) => [step(urn, op, "started"), step(urn, op, "succeeded")];
const same = (count: number) => ({ ...nothingDone, changes: { ...nothingDone.changes, same: count } });

describe("what an operation has done over several attempts", () => {
  it("counts a resource once, as what it came to", () => {
    const events = [...did("a", "create"), ...did("b", "update"), ...did("c", "delete"), ...did("a", "update")];
    const { changes, steps } = sumAttempts(same(4), readSteps(events));
    assert.deepEqual(changes, { create: 1, update: 1, replace: 0, delete: 1, same: 2, import: 0 });
    assert.deepEqual(
      steps.map(({ urn, op }) => `${op} ${urn}`),
      ["create a", "update b", "delete c"],
    );
  });

  it("keeps the last attempt's own steps, and says created where that one updated what another had created", () => {
    const last = {
      changes: { ...nothingDone.changes, update: 2, same: 3 },
      steps: [{ urn: "a", op: "update" as const }],
    };
    const { changes, steps } = sumAttempts(last, readSteps(did("a", "create")));
    assert.deepEqual([changes.create, changes.update, changes.same], [1, 1, 3]);
    assert.deepEqual(steps, [{ urn: "a", op: "create" }]);
  });

  it("counts a replacement once, and nothing that a refresh found or a preview planned", () => {
    const replaced = ["create-replacement", "replace", "delete-replaced"].flatMap((op) => did("a", op));
    const found = [step("b", "update", "succeeded"), step("c", "create", "planned")];
    const { changes } = sumAttempts(nothingDone, readSteps([...replaced, ...found]));
    assert.deepEqual(changes, { ...nothingDone.changes, replace: 1 });
  });

  it("takes what was begun and never told for done only where a later run found it to be", () => {
    const records = readSteps([
      step("a", "create", "started"),
      step("b", "create", "started"),
      step("b", "create", "failed"),
    ]);
    assert.equal(sumAttempts(nothingDone, records).changes.create, 0);
    assert.equal(sumAttempts(same(1), settleOpen(records)).changes.create, 1);
  });

  it("never counts less than nothing, nor a resource twice", () => {
    const op = fc.constantFrom("create", "update", "delete", "import", "replace", "create-replacement");
    const status = fc.constantFrom<StepEvent["status"]>("started", "succeeded", "failed", "planned");
    const event = fc.tuple(fc.constantFrom("a", "b", "c"), op, status).map(([urn, told, how]) => step(urn, told, how));
    const last = fc
      .uniqueArray(fc.constantFrom("a", "b", "c"))
      .map((urns) => urns.map((urn) => ({ urn, op: "update" as const })));
    fc.assert(
      fc.property(fc.array(event), last, fc.nat(3), (events, steps, left) => {
        const changes = { ...nothingDone.changes, update: steps.length, same: left };
        const sum = sumAttempts({ changes, steps }, settleOpen(readSteps(events)));
        for (const count of Object.values(sum.changes)) assert.ok((count ?? 0) >= 0);
        const { create, update, replace, delete: gone } = sum.changes;
        assert.ok(create + update + replace + gone <= 3);
        const told = sum.steps.map((one) => `${(one.op as string) === "import"} ${one.urn}`);
        assert.equal(new Set(told).size, told.length);
      }),
    );
  });
});
