import assert from "node:assert/strict";
import fc from "fast-check";
import { type Binding, differences, hashDeployed, hashInputs, hashSteps, isPartOf } from "../../api/guard/binding.ts";
import { decideGuard, type GuardedStep } from "../../api/guard/decide.ts";
import { canonicalJson } from "../../programs/canonical-json.ts";
import { GuardSettings } from "../../programs/guard-settings.ts";
import type { ResourceStep, StepOperation } from "../../stacks/run.ts";
import { adminInputs } from "../programs/samples.ts";

const limits = GuardSettings.parse({});
const ops: readonly StepOperation[] = ["create", "update", "replace", "delete", "import", "read", "same"];
const losses: readonly StepOperation[] = ["delete", "replace"];
const harmless = ops.filter((op) => !losses.includes(op));
const ordinaryTypes = ["aws:sqs/queue:Queue", "aws:securityhub/standardsSubscription:StandardsSubscription", "a:b:C"];

const step = (types: readonly string[], operations: readonly StepOperation[] = ops): fc.Arbitrary<GuardedStep> =>
  fc
    .record({ type: fc.constantFrom(...types), op: fc.constantFrom(...operations), id: fc.nat() })
    .map(({ type, op, id }) => ({
      urn: `urn:pulumi:account-100000000001::bulwark::${type}::thing-${id}`,
      type,
      name: `thing-${id}`,
      op,
    }));
const steps = (types: readonly string[], operations?: readonly StepOperation[]) => fc.array(step(types, operations));
const allTypes = [...ordinaryTypes, ...limits.protectedTypes];
const resources = fc.nat({ max: 200 });
const isLoss = ({ op }: GuardedStep) => losses.includes(op);

describe("the guard", () => {
  it("lets everything through that deletes and replaces nothing", () => {
    fc.assert(
      fc.property(steps(allTypes, harmless), resources, (diff, count) => {
        assert.deepEqual(decideGuard(diff, count, limits), []);
      }),
    );
  });

  it("stops every deletion and replacement of a protected type, whatever share is allowed", () => {
    fc.assert(
      fc.property(steps(allTypes), step(limits.protectedTypes, losses), resources, (diff, loss, count) => {
        const reasons = decideGuard([...diff, loss], count, { ...limits, share: 1, shareFloor: 1000 });
        assert.ok(reasons.some((reason) => reason.rule === "protected" && reason.urn === loss.urn));
      }),
    );
  });

  it("stops what the engine itself protects, of any type", () => {
    const protect = { urn: "urn:x", type: "a:b:C", name: "x", op: "delete", protect: true } as const;
    assert.equal(decideGuard([protect], 100, limits)[0]?.rule, "protected");
  });

  it("stops more than the share, and never for so few as may always go", () => {
    fc.assert(
      fc.property(steps(ordinaryTypes), resources, (diff, count) => {
        const lost = diff.filter(isLoss).length;
        const reasons = decideGuard(diff, count, limits);
        assert.equal(reasons.length, lost > limits.shareFloor && lost > limits.share * count ? 1 : 0);
      }),
    );
    const three = [1, 2, 3].map((id) => ({ urn: `urn:${id}`, type: "a:b:C", name: `x${id}`, op: "delete" as const }));
    assert.deepEqual(decideGuard(three, 3, limits), []);
    assert.deepEqual(
      decideGuard(three, 3, { ...limits, shareFloor: 0, share: 0.1 }).map(({ rule }) => rule),
      ["share"],
    );
    assert.deepEqual(decideGuard(three, 300, { ...limits, shareFloor: 0, share: 0.1 }), []);
  });

  it("stops the more, the more is lost, and in whatever order it comes", () => {
    fc.assert(
      fc.property(steps(allTypes), step(allTypes, losses), resources, (diff, loss, count) => {
        const before = decideGuard(diff, count, limits);
        const after = decideGuard([loss, ...diff], count, limits);
        assert.ok(after.length >= before.length);
        const messages = (order: readonly GuardedStep[]) =>
          decideGuard(order, count, limits)
            .map(({ message }) => message)
            .sort();
        assert.deepEqual(messages(diff.toReversed()), messages(diff));
      }),
    );
  });

  it("counts no providers: they are nothing in AWS", () => {
    const provider = { urn: "urn:p", type: "pulumi:providers:aws", name: "aws-1", op: "replace" } as const;
    assert.deepEqual(decideGuard([provider, provider], 2, { ...limits, share: 0, shareFloor: 0 }), []);
  });

  it("takes further types and whole services from the settings, and refuses what is no type", () => {
    const queue = { urn: "urn:q", type: "aws:sqs/queue:Queue", name: "q", op: "delete" } as const;
    assert.equal(decideGuard([queue], 100, limits).length, 0);
    for (const type of ["aws:sqs/queue:Queue", "aws:sqs/*"]) {
      const extended = GuardSettings.parse({ extraProtectedTypes: [type] });
      assert.equal(decideGuard([queue], 100, extended).length, 1, type);
    }
    for (const settings of [{ protectedTypes: ["Queue"] }, { share: 2 }, { shareFloor: -1 }, { approvalDays: 0 }]) {
      assert.equal(GuardSettings.safeParse(settings).success, false, JSON.stringify(settings));
    }
  });
});

const bagValue = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant("[secret]"), fc.array(fc.string()));
const fullStep: fc.Arbitrary<ResourceStep> = fc
  .tuple(step(allTypes), fc.dictionary(fc.string(), bagValue), fc.array(fc.string()))
  .map(([guarded, bag, diffs]) => ({ ...guarded, old: bag, new: { ...bag, more: true }, diffs }));

describe("what an approval is given for", () => {
  it("is the same diff in whatever order steps, members and paths come", () => {
    const reversed = (bag: Readonly<Record<string, unknown>>) => Object.fromEntries(Object.entries(bag).toReversed());
    fc.assert(
      fc.property(fc.array(fullStep), (diff) => {
        const other = diff.toReversed().map((one) => ({
          ...reversed(one as unknown as Record<string, unknown>),
          new: reversed(one.new ?? {}),
          diffs: one.diffs?.toReversed(),
        })) as unknown as ResourceStep[];
        assert.equal(hashSteps(other), hashSteps(diff));
      }),
    );
  });

  it("is another diff as soon as anything of a step is another", () => {
    fc.assert(
      fc.property(fc.array(fullStep), fullStep, fc.string(), (diff, one, key) => {
        const hash = hashSteps([...diff, one]);
        assert.notEqual(hash, hashSteps(diff));
        assert.notEqual(hash, hashSteps([...diff, { ...one, name: `${one.name}!` }]));
        assert.notEqual(hash, hashSteps([...diff, { ...one, new: { ...one.new, [`${key}!`]: "x" } }]));
        assert.notEqual(hash, hashSteps([...diff, { ...one, op: one.op === "delete" ? "update" : "delete" }]));
      }),
    );
  });

  it("is the inputs, whatever phase they are run in, and the program", () => {
    const inputs = adminInputs();
    assert.equal(hashInputs({ ...inputs, phase: "adopt" }), hashInputs({ ...inputs, phase: "converge" }));
    assert.notEqual(hashInputs({ ...inputs, regions: ["us-east-1"] }), hashInputs(inputs));
    assert.notEqual(hashDeployed(inputs, "1"), hashDeployed(inputs, "2"));
  });

  it("is named where it differs, and nothing else is", () => {
    const parts = ["diff", "inputs", "base", "program"] as const;
    const binding: Binding = { diff: "d", inputs: "i", base: "b", program: "p" };
    fc.assert(
      fc.property(fc.subarray([...parts]), (changed) => {
        const other = { ...binding, ...Object.fromEntries(changed.map((part) => [part, "another"])) };
        assert.equal(differences(binding, other).length, changed.length);
      }),
    );
  });

  it("covers what is left of it after an interruption, and nothing more", () => {
    const unique = fc.uniqueArray(step(allTypes), { selector: ({ urn }) => urn });
    fc.assert(
      fc.property(unique, fc.infiniteStream(fc.boolean()), (approved, coin) => {
        const planned = approved.filter(({ op }) => op !== "same" && op !== "read");
        const remaining = planned.filter(() => coin.next().value);
        assert.ok(isPartOf(remaining, planned));
        assert.ok(isPartOf([], planned));
        for (const { urn, type } of remaining) {
          const stranger = { urn: `${urn}-other`, type, op: "create" as const };
          assert.ok(!isPartOf([...remaining, stranger], planned));
        }
      }),
    );
    const thing = { urn: "urn:x", type: "a:b:C" };
    const covers = (approved: StepOperation, left: StepOperation) =>
      isPartOf([{ ...thing, op: left }], [{ ...thing, op: approved }]);
    assert.ok(covers("replace", "delete") && covers("replace", "create") && covers("create", "import"));
    for (const [approved, left] of [
      ["update", "replace"],
      ["update", "delete"],
      ["create", "delete"],
      ["create", "replace"],
      ["import", "replace"],
      ["import", "delete"],
      ["delete", "replace"],
      ["delete", "create"],
    ] as const) {
      assert.ok(!covers(approved, left), `${left} of an approved ${approved}`);
    }
  });

  it("has one text for equal values", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const copy = JSON.parse(canonicalJson(value)) as unknown;
        assert.equal(canonicalJson(copy), canonicalJson(value));
        assert.deepEqual(copy, JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
