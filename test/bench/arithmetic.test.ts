import assert from "node:assert/strict";
import fc from "fast-check";
import { judge, judgeUsages, percentile, ratio, sum, type Usages } from "../../bench/arithmetic.ts";
import { isFull, readOptions } from "../../bench/options.ts";
import { table } from "../../bench/report.ts";
import type { Usage } from "../../bench/sides/side.ts";

const usage = (stacks: number, wallSeconds: number, cpuSeconds: number, peakBytes = 1): Usage => ({
  ...{ stacks, wallSeconds, cpuSeconds, peakBytes },
});

describe("the arithmetic of the benchmark", () => {
  it("adds up seconds and stacks, and keeps the greatest peak", () => {
    assert.deepEqual(sum([usage(10, 5, 9, 300), usage(10, 7, 8, 200)]), usage(20, 12, 17, 300));
    assert.deepEqual(sum([]), usage(0, 0, 0, 0));
  });

  it("takes percentiles by nearest rank: a value that was measured, with the share of all at or below it", () => {
    assert.equal(percentile([5, 1, 3, 2, 4], 0.5), 3);
    assert.equal(percentile([7], 0.99), 7);
    assert.ok(Number.isNaN(percentile([], 0.5)));
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (all, share) => {
        const found = percentile(all, share);
        assert.ok(all.includes(found));
        const below = all.filter((value) => value <= found).length;
        assert.ok(below >= share * all.length - 1e-9);
        assert.ok(all.filter((value) => value < found).length < share * all.length);
      }),
    );
  });

  it("compares seconds per stack, whatever the number of stacks", () => {
    const none = { first: {}, unchanged: {}, changed: {} };
    const usages: Usages = { ...none, first: { pool: usage(20, 80, 120), bulwark: usage(10, 20, 30) } };
    assert.equal(ratio(usages, "first", "pool", "wallSeconds"), 2);
    assert.equal(ratio(usages, "first", "pool", "cpuSeconds"), 2);
    assert.ok(Number.isNaN(ratio(usages, "first", "shell", "wallSeconds")));
  });

  it("lets a ratio hold at its bar and a time up to it, and no figure that is missing", () => {
    assert.ok(judge("ratio", 1.8, 1.8, "x").holds);
    assert.ok(!judge("ratio", 1.79, 1.8, "x").holds);
    assert.ok(judge("time", 15, 15, "s").holds);
    assert.ok(!judge("time", 15.1, 15, "s").holds);
    assert.ok(!judge("ratio", Number.NaN, 1, "x").holds);
    assert.ok(!judge("time", Number.NaN, 1, "s").holds);
  });

  it("judges CPU and wall of every case against the pool, and the first also against the shell", () => {
    const same = { shell: usage(1, 2, 2), pool: usage(1, 2, 2), bulwark: usage(1, 1, 1) };
    const verdicts = judgeUsages({ first: same, unchanged: same, changed: same });
    assert.deepEqual(
      verdicts.map(({ bar }) => bar),
      [1.3, 1.3, 1.5, 1.5, 1.8, 1.8, 1.3, 1.3],
    );
    assert.ok(verdicts.every(({ holds, measured }) => holds && measured === 2));
  });

  it("says what it does not understand of its options", () => {
    assert.ok(isFull(readOptions({})));
    assert.ok(!isFull(readOptions({ ACCOUNTS: "4" })));
    assert.deepEqual(readOptions({ ONLY: "recovery,reads" }).parts, ["reads", "recovery"]);
    assert.throws(() => readOptions({ ACCOUNTS: "two" }), /ACCOUNTS=two/);
    assert.throws(() => readOptions({ SIDES: "pool,terraform" }), /terraform is none of shell, pool, bulwark/);
  });

  it("writes tables whose columns line up", () => {
    const lines = table([
      ["case", "s"],
      ["first", "12.5"],
    ]).split("\n");
    assert.deepEqual(lines, ["| case  |    s |", "| ----- | ---: |", "| first | 12.5 |"]);
  });
});
