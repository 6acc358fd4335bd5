import assert from "node:assert/strict";
import fc from "fast-check";
import { incidentSchema } from "../../../remediation/forwarders/incident.ts";
import { incidentMessage } from "../../../remediation/response/incident-message.ts";
import type { Entry, State, Step } from "../../../remediation/response/ledger.ts";
import { s3PublicAccessBlock as manifest } from "../../../remediation/s3-public-access-block/manifest.ts";
import { findingOf } from "./findings.ts";

const FOUND = "2026-03-01T10:00:00.000Z";
const STATES: readonly State[] = [
  ...(["seen", "ignored", "observed", "alerted", "asked", "approved", "rejected", "expired"] as const),
  ...(["started", "changed", "delivering", "verified", "well", "gone", "failed", "undoing", "undone"] as const),
  ...(["repairing", "resolved", "suppressed"] as const),
];
const about = { remediation: manifest.name, finding: findingOf() };
const around = {
  account: { owner: "payments", environment: null, units: ["ou-bulw-prod00001", "r-bulw"] },
  manifest,
  link: "https://bulwark.example/",
};

function entry(history: readonly Step[]): Entry {
  const { state, at: since, version } = history.at(-1) ?? { state: "seen", at: "", version: 1 };
  return {
    ...{ id: "0123456789abcdef0123456789abcdef", state, since, version, attempts: 0, foundAt: FOUND, epoch: 0 },
    ...{ remediation: "", began: "", verified: 0, undoneAt: "", firstFoundAt: FOUND, openedAt: FOUND, findings: 3 },
    acknowledged: { by: "ann", at: FOUND },
  };
}

const message = (history: readonly Step[]) => incidentMessage(entry(history), about, history, around);
const minute = (index: number) => new Date(Date.parse(FOUND) + index * 60_000).toISOString();
const numbered = (steps: readonly Pick<Step, "state" | "why" | "by">[]): Step[] =>
  steps.map((step, index) => ({ ...step, at: minute(index), version: 3 * index + 2 }));

const histories = fc.array(
  fc.record({
    state: fc.constantFrom(...STATES),
    why: fc.oneof(fc.constantFrom("it is so", "it is otherwise"), fc.string({ unit: "binary", maxLength: 2000 })),
    by: fc.constantFrom("Bulwark", "ann"),
  }),
  { maxLength: 12 },
);

describe("an incident as people's systems get it", () => {
  it("numbers the steps of a longer history as those of a shorter one, whatever comes after", () => {
    fc.assert(
      fc.property(histories, (steps) => {
        const history = numbered(steps);
        const all = message(history)?.history ?? [];
        for (let length = 0; length < history.length; length++) {
          const before = message(history.slice(0, length))?.history ?? [];
          assert.deepEqual(all.slice(0, before.length), before);
        }
      }),
    );
  });

  it("is what receivers take, and says what came last", () => {
    let told = 0;
    fc.assert(
      fc.property(histories, (steps) => {
        const incident = message(numbered(steps));
        if (incident === undefined) return;
        told++;
        const read = incidentSchema.parse(JSON.parse(JSON.stringify(incident)));
        assert.deepEqual(read, incident);
        assert.ok(incident.version >= 2 && incident.history[0]?.status === "detected");
      }),
    );
    assert.ok(told > 0);
    assert.equal(message(numbered([{ state: "started", why: "", by: "Bulwark" }])), undefined);
  });

  it("leaves out echoes: what comes again the same is no new version", () => {
    fc.assert(
      fc.property(histories, fc.nat(11), fc.nat(3), (steps, index, times) => {
        const one = steps[index % Math.max(1, steps.length)];
        if (one === undefined) return;
        const at = steps.indexOf(one);
        const echoed = steps.toSpliced(at, 0, ...Array.from({ length: times }, () => one));
        const statuses = (some: typeof steps) =>
          message(numbered(some))?.history.map(({ version, status, what }) => [version, status, what]);
        assert.deepEqual(statuses(echoed), statuses(steps));
      }),
    );
  });

  it("says who did it, until when it asks, and where it is shown", () => {
    const history = numbered([
      { state: "asked", why: "it is set to ask", by: "Bulwark" },
      { state: "approved", why: "approved by ann", by: "ann" },
      { state: "verified", why: "shut", by: "Bulwark" },
      { state: "undone", why: "undone by bob", by: "bob" },
    ]);
    const asked = message(history.slice(0, 1));
    assert.deepEqual(
      [asked?.expiresAt, asked?.link, asked?.remediation?.name, asked?.acknowledged?.by],
      [
        "2026-03-02T10:00:00.000Z",
        "https://bulwark.example/remediations/0123456789abcdef0123456789abcdef",
        manifest.name,
        "ann",
      ],
    );
    const undone = message(history);
    assert.equal(undone?.expiresAt, null);
    assert.deepEqual(
      undone?.history.map(({ status, by }) => [status, by]),
      [
        ["detected", null],
        ["asked", null],
        ["approved", "ann"],
        ["remediated", null],
        ["undone", "bob"],
      ],
    );
  });

  it("fits into a message of SNS however long its history is, and keeps its numbers up to the last one of all", () => {
    const long = (length: number) =>
      numbered(
        Array.from({ length }, (_, index) => ({
          state: index % 2 === 0 ? "alerted" : "resolved",
          why: `${index} "\u0000\u{1f512}`.repeat(200),
          by: "Bulwark",
        })),
      );
    for (const length of [998, 999, 1500]) {
      const incident = incidentSchema.parse(message(long(length)));
      assert.equal(incident.version, Math.min(length + 1, 1000));
      assert.equal(incident.status, length % 2 === 0 ? "resolved" : "detected");
      assert.ok(Buffer.byteLength(JSON.stringify(incident)) < 250 * 1024);
      assert.ok((incident.history.at(-1)?.what ?? "") !== "" && incident.history[1]?.what === "");
    }
  });
});
