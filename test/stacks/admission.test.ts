import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { Admission } from "../../stacks/admission.ts";
import { availableMemory, mayBegin } from "../../stacks/memory.ts";
import type { RunEvent } from "../../stacks/runner.ts";
import { runInFlight } from "./probe/in-flight.ts";
import { install } from "./probe/installation.ts";
import { eventually } from "./probe/processes.ts";

const GIGABYTE = 1024 ** 3;
const bytes = fc.integer({ min: 0, max: 64 * GIGABYTE });
const never = new AbortController().signal;

describe("memory for runs", () => {
  it("is always there for one run", () => {
    fc.assert(fc.property(bytes, bytes, (available, perRun) => mayBegin({ available, perRun, taken: [] })));
  });

  it("is never promised twice: what all that work may still take, and the new one takes, is there", () => {
    fc.assert(
      fc.property(bytes, bytes, fc.array(bytes, { minLength: 1, maxLength: 8 }), (available, perRun, taken) => {
        const wanted = taken.map((one) => Math.max(0, perRun - one)).reduce((sum, one) => sum + one, perRun);
        assert.equal(mayBegin({ available, perRun, taken }), wanted <= available);
      }),
    );
  });

  it("grows for the next with what is left, and with what the others have taken already", () => {
    const more = fc.tuple(bytes, bytes, bytes);
    fc.assert(
      fc.property(bytes, bytes, fc.array(bytes, { maxLength: 8 }), more, (available, perRun, taken, [left, had]) => {
        if (!mayBegin({ available, perRun, taken })) return;
        assert.ok(mayBegin({ available: available + left, perRun, taken: taken.map((one) => one + had) }));
      }),
    );
  });

  it("is what the tightest control group leaves, without the file pages that it would give up", async () => {
    const folder = await mkdtemp(join(tmpdir(), "bulwark-cgroup-"));
    try {
      const [groups, membership] = [join(folder, "cgroup"), join(folder, "membership")];
      await mkdir(join(groups, "pod/container"), { recursive: true });
      await writeFile(membership, "4:memory:/elsewhere\n0::/pod/container\n");
      const machine = await availableMemory(groups, membership);
      assert.ok(machine > 0);
      const limit = async (group: string, max: string, current: number, file: number) => {
        await writeFile(join(groups, group, "memory.max"), `${max}\n`);
        await writeFile(join(groups, group, "memory.current"), `${current}\n`);
        await writeFile(join(groups, group, "memory.stat"), `anon 5\ninactive_file ${file}\n`);
      };
      await limit("pod/container", "max", 900_000, 0);
      await limit("pod", "1000000", 900_000, 50_000);
      assert.equal(await availableMemory(groups, membership), 150_000);
      await limit("pod/container", "400000", 500_000, 0);
      assert.equal(await availableMemory(groups, membership), 0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("admission of runs", () => {
  const admission = (available: () => number, concurrency = 3) =>
    new Admission({
      concurrency,
      runMemoryBytes: GIGABYTE,
      available: async () => available(),
      relieve: async () => false,
    });

  it("lets the first run in whatever memory says, and the next ones, in the order of asking, as memory becomes free", async () => {
    let available = 0;
    const gate = admission(() => available);
    const told: string[] = [];
    const order: number[] = [];
    const first = await gate.enter(never, (message) => told.push(message));
    assert.equal(told.length, 0);
    const enter = (index: number) =>
      gate
        .enter(never, (message) => told.push(message))
        .then((admitted) => {
          order.push(index);
          return admitted;
        });
    const [second, third] = [enter(2), enter(3)];
    await eventually("the notice", async () => told.length === 1);
    assert.match(told[0] ?? "", /waiting for memory: a run may take 1024 MB, and 0 MB are left/);
    available = 4 * GIGABYTE;
    await Promise.all([second, third]);
    assert.deepEqual(order, [2, 3]);
    const fourth = enter(4);
    await eventually("the other notice", async () => told.some((one) => /one of the 3 places/.test(one)));
    first?.leave();
    first?.leave();
    await fourth;
  });

  it("forgets a run that is cancelled while it waits for memory, and lets those behind it in", async () => {
    let available = 0;
    const gate = admission(() => available);
    await gate.enter(never, () => undefined);
    const impatient = new AbortController();
    const told = Promise.withResolvers<void>();
    const second = gate.enter(impatient.signal, () => told.resolve());
    const third = gate.enter(never, () => undefined);
    await told.promise;
    impatient.abort();
    assert.equal(await second, undefined);
    available = 3 * GIGABYTE;
    assert.ok((await third) !== undefined);
  });

  it("forgets a run that is cancelled behind one that waits for memory, and lets neither in out of turn", async () => {
    let available = 0;
    const gate = admission(() => available, 4);
    await gate.enter(never, () => undefined);
    const order: number[] = [];
    const second = gate.enter(never, () => undefined).then(() => order.push(2));
    const impatient = new AbortController();
    const third = gate.enter(impatient.signal, () => undefined);
    const fourth = gate.enter(never, () => undefined).then(() => order.push(4));
    impatient.abort();
    assert.equal(await third, undefined);
    assert.deepEqual(order, []);
    available = 4 * GIGABYTE;
    await Promise.all([second, fourth]);
    assert.deepEqual(order, [2, 4]);
  });

  it("keeps no place for a run about which memory could not be asked", async () => {
    let broken = true;
    const gate = new Admission({
      concurrency: 1,
      runMemoryBytes: GIGABYTE,
      available: () => (broken ? Promise.reject(new Error("too many open files")) : Promise.resolve(GIGABYTE)),
      relieve: async () => false,
    });
    await assert.rejects(
      gate.enter(never, () => undefined),
      /too many open files/,
    );
    broken = false;
    assert.ok((await gate.enter(never, () => undefined)) !== undefined);
  });

  it("has a run wait, and say so, until one that works has left its memory", async () => {
    const at = await install({ availableMemory: async () => 0 });
    try {
      const { outcome } = await runInFlight(at, at.request("account-1", "up", { items: { one: { hold: true } } }));
      const events: RunEvent[] = [];
      const second = at.runner.run(at.request("account-2", "up", { items: { two: {} } }), {
        onEvent: (event) => void events.push(event),
      });
      await eventually("the notice", async () => events.length === 1);
      assert.ok(events[0]?.type === "progress" && /waiting for memory/.test(events[0].message));
      await at.release();
      await Promise.all([outcome, second]);
      const begun = (await at.journal()).findIndex(({ name }) => name === "two");
      const ended = (await at.journal()).findIndex(({ name, phase }) => name === "one" && phase === "end");
      assert.ok(ended < begun);
    } finally {
      await at.remove();
    }
  });
});
