import assert from "node:assert/strict";
import fc from "fast-check";
import { Problem } from "../../api/problem.ts";
import { cachedFindings } from "../../api/response/cached-findings.ts";
import type { Finding, FindingsQuestion } from "../../api/response/finding.ts";
import { takeTurn } from "../../api/response/pace.ts";
import { AwsCallError } from "../../stacks/aws/call-error.ts";

const ask = (account: string): FindingsQuestion => ({ accounts: [account], recordState: "ACTIVE", limit: 50 });
const finding = (id: string, description = "") => ({ id, description }) as Finding;

/** Findings by a clock that stands still until it is set, and what AWS was asked. */
function scene(answer: (account: string) => readonly Finding[] = (account) => [finding(account)]) {
  const seen = {
    time: 1_000_000,
    calls: [] as string[],
    waits: [] as number[],
    fail: undefined as Error | undefined,
  };
  const findings = cachedFindings({
    read: async ({ accounts: [account = ""] = [] }) => {
      seen.calls.push(account);
      if (seen.fail !== undefined) throw seen.fail;
      return { items: answer(account) };
    },
    now: () => new Date(seen.time),
    clock: () => seen.time,
    wait: async (milliseconds) => seen.waits.push(milliseconds),
  });
  return Object.assign(seen, { findings });
}

const refusal = (outcome: PromiseSettledResult<unknown>) =>
  outcome.status === "rejected" && outcome.reason instanceof Problem ? outcome.reason : undefined;

describe("findings from memory", () => {
  it("let no more than three turns begin in any second, and nobody wait longer than the pace says", () => {
    const pace = { everyMs: 334, waiting: 15 };
    fc.assert(
      fc.property(fc.array(fc.nat(2_000), { minLength: 1, maxLength: 60 }), (pauses) => {
        let [now, nextAt] = [0, 0];
        const begun: number[] = [];
        for (const pause of pauses) {
          now += pause;
          const turn = takeTurn(nextAt, now, pace);
          if (turn.kind === "refused") {
            assert.ok(turn.afterMs > 0);
            assert.equal(takeTurn(nextAt, now + turn.afterMs, pace).kind, "turn");
          } else {
            assert.ok(turn.afterMs <= pace.waiting * pace.everyMs);
            begun.push(now + turn.afterMs);
            nextAt = turn.nextAt;
          }
        }
        for (const at of begun) assert.ok(begun.filter((other) => other >= at && other < at + 1000).length <= 3);
      }),
    );
  });

  it("ask AWS once for the same question within a minute, also when it comes from many at once", async () => {
    const one = scene();
    const answers = await Promise.all(Array.from({ length: 10 }, () => one.findings(ask("1"))));
    assert.deepEqual(new Set(answers.map(({ asOf }) => asOf)), new Set([new Date(one.time).toISOString()]));
    one.time += 59_999;
    assert.deepEqual(await one.findings(ask("1")), answers[0]);
    assert.equal(one.calls.length, 1);
    one.time += 2;
    assert.notEqual((await one.findings(ask("1"))).asOf, answers[0]?.asOf);
    assert.equal(one.calls.length, 2);
  });

  it("have other questions wait their turn, and send away whom too many wait before, who can come again", async () => {
    const one = scene();
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => one.findings(ask(`${index}`))));
    const refused = outcomes.flatMap((outcome) => refusal(outcome) ?? []);
    assert.equal(refused.length, 4);
    assert.deepEqual(
      one.waits,
      Array.from({ length: 15 }, (_, index) => 334 * (index + 1)),
    );
    for (const problem of refused) {
      assert.deepEqual([problem.status, problem.headers["Retry-After"]], [503, "1"]);
    }
    one.time += 1_000;
    assert.equal((await one.findings(ask("19"))).items[0]?.id, "19");
  });

  it("keep nothing of what failed, and say when to come again where AWS limits others' calls, too", async () => {
    const one = scene();
    const place = {
      activity: "reading findings",
      accountId: "2",
      region: "us-east-1",
      call: "securityhub:GetFindings",
    };
    one.fail = new AwsCallError(place, Object.assign(new Error("slow down"), { name: "TooManyRequestsException" }));
    const [outcome] = await Promise.allSettled([one.findings(ask("1"))]);
    assert.deepEqual([refusal(outcome)?.status, refusal(outcome)?.headers["Retry-After"]], [503, "2"]);
    one.fail = new AwsCallError(place, Object.assign(new Error("no"), { name: "AccessDeniedException" }));
    await assert.rejects(one.findings(ask("1")), AwsCallError);
    one.fail = undefined;
    assert.equal((await one.findings(ask("1"))).items.length, 1);
  });

  it("hold no more than there is room for, and answer what has none", async () => {
    const one = scene((account) => [finding(account, "x".repeat(account === "huge" ? 40_000_000 : 10_000_000))]);
    const asked = async (account: string) => {
      one.time += 1_000;
      assert.equal((await one.findings(ask(account))).items[0]?.id, account);
      return one.calls.length;
    };
    for (const [index, account] of ["1", "2", "3", "4"].entries()) assert.equal(await asked(account), index + 1);
    assert.equal(await asked("4"), 4);
    assert.equal(await asked("1"), 5, "the one that nobody asked for the longest made room");
    assert.equal(await asked("huge"), 6);
    assert.equal(await asked("huge"), 7);
  });
});
