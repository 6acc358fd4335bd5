import assert from "node:assert/strict";
import fc from "fast-check";
import { createTimeline, type Place } from "../../demo/response/timeline.ts";

/** Characters that the screen puts before each row: its clock. */
const CLOCK = "[ 123.4s]  ".length;

describe("the demo's timeline", () => {
  /** A clock that goes on by what is slept. */
  function begun(signal = new AbortController().signal) {
    let time = 1_000_000;
    const sleep = async (milliseconds: number) => {
      time += milliseconds;
    };
    return createTimeline({ now: () => time, sleep, signal });
  }

  it("has no row of more than 100 columns and loses no word, whatever is told", () => {
    const place = fc.constantFrom<Place>("AWS", "Security Hub", "service desk");
    const word = fc.string({ unit: fc.constantFrom(..."abc:/-."), minLength: 1, maxLength: 90 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(place, fc.array(word, { minLength: 1, maxLength: 30 })), { minLength: 1 }),
        (all) => {
          const timeline = begun();
          for (const [where, words] of all) timeline.saw(where, words.join(" "));
          const rows = timeline.told().split("\n");
          for (const row of rows) assert.ok(row.length + CLOCK <= 100, row);
          const told = rows.slice(2).map((row) => row.slice(21));
          const plain = (text: string) => text.replaceAll(/\s/g, "");
          assert.equal(plain(told.join("")), plain(all.flatMap(([, words]) => words).join("")));
        },
      ),
    );
  });

  it("notes when each thing came, in seconds since the finding", async () => {
    const timeline = begun();
    timeline.saw("Security Hub", "finding");
    const answers = [undefined, undefined, "closed"];
    const answer = await timeline.seen(
      "AWS",
      "the bucket",
      () => answers.shift(),
      (state) => `bucket ${state}`,
    );
    assert.equal(answer, "closed");
    assert.deepEqual(timeline.told().split("\n").slice(2), [
      "  0.0  Security Hub  finding",
      "  0.2  AWS           bucket closed",
    ]);
  });

  it("ends with what was waited for, and what asking failed with last, where something does not come", async () => {
    const ask = async () => {
      throw new TypeError("no answer");
    };
    await assert.rejects(begun().seen("Slack", "the question", ask, String), {
      message:
        "waited 120 s for the question (Slack), which did not come; asking failed last with TypeError: no answer",
    });
  });

  it("waits for nothing any more once the demo is stopped", async () => {
    await assert.rejects(
      begun(AbortSignal.abort(new Error("stopped"))).seen("AWS", "anything", () => undefined, String),
      { message: "stopped" },
    );
  });
});
