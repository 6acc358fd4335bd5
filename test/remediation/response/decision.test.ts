import assert from "node:assert/strict";
import fc from "fast-check";
import { decide, type ResponseSettings, type Situation } from "../../../remediation/response/decision.ts";

const ACCOUNT = "100000000001";
const NOW = new Date("2026-03-01T12:00:00Z");
const EARLIER = "2026-03-01T11:00:00Z";
const LATER = "2026-03-01T13:00:00Z";
const BUCKET = "arn:aws:s3:::statements";

const open: ResponseSettings = {
  killed: false,
  modes: { doors: "automatic" },
  accounts: {},
  units: { [ACCOUNT]: ["ou-live", "r-root"] },
  freezes: [],
  acceptedRisks: [],
  caps: { account: 5, control: 5, action: 5 },
  attempts: 3,
  protected: [],
  tellFrom: "HIGH",
};

function situation(settings: Partial<ResponseSettings> = {}, more: Partial<Situation> = {}): Situation {
  return {
    finding: {
      AwsAccountId: ACCOUNT,
      Resources: [{ Type: "AwsS3Bucket", Id: BUCKET }],
      Compliance: { Status: "FAILED", SecurityControlId: "S3.8" },
      Workflow: { Status: "NEW" },
      RecordState: "ACTIVE",
    },
    manifest: { name: "doors", mode: "observe" },
    request: null,
    approved: false,
    settings: { ...open, ...settings },
    attempts: 0,
    used: { account: 0, control: 0, action: 0 },
    now: NOW,
    ...more,
  };
}

const request = { actionId: "Doors" };
const kind = (settings: Partial<ResponseSettings> = {}, more: Partial<Situation> = {}) =>
  decide(situation(settings, more)).kind;

const mode = fc.constantFrom("off", "observe", "alert", "ask", "automatic");
/** Any settings and state of affairs in which more than one thing may hold a change back. */
const anything: fc.Arbitrary<Situation> = fc
  .record({
    killed: fc.boolean(),
    mode,
    atLeast: fc.option(mode, { nil: undefined }),
    offUntil: fc.constantFrom(undefined, EARLIER, LATER),
    freeze: fc.constantFrom(undefined, "ou-live", "ou-other"),
    freezeEnd: fc.constantFrom(EARLIER, LATER),
    risk: fc.constantFrom(undefined, EARLIER, LATER, "never"),
    isProtected: fc.boolean(),
    observeUntil: fc.constantFrom(undefined, EARLIER, LATER, "soon"),
    attempts: fc.nat(5),
    used: fc.record({ account: fc.nat(7), control: fc.nat(7), action: fc.nat(7) }),
    request: fc.constantFrom(null, request),
    approved: fc.boolean(),
    workflow: fc.constantFrom("NEW", "NOTIFIED", "RESOLVED", "SUPPRESSED"),
    record: fc.constantFrom("ACTIVE", "ARCHIVED"),
    known: fc.boolean(),
  })
  .map((one) => {
    const made = situation(
      {
        killed: one.killed,
        modes: { doors: one.mode },
        accounts: {
          [ACCOUNT]: {
            doors: {
              ...(one.atLeast === undefined ? {} : { atLeast: one.atLeast }),
              ...(one.offUntil === undefined ? {} : { offUntil: one.offUntil }),
            },
          },
        },
        freezes:
          one.freeze === undefined
            ? []
            : [
                {
                  organizationalUnit: one.freeze,
                  from: "2026-03-01T00:00:00Z",
                  until: one.freezeEnd,
                  reason: "clearing",
                },
              ],
        acceptedRisks: one.risk === undefined ? [] : [{ expires: one.risk, reason: "known" }],
        protected: one.isProtected ? ["arn:aws:s3:::state*"] : [],
        observeUntil: one.observeUntil,
      },
      { attempts: one.attempts, used: one.used, request: one.request, approved: one.approved },
    );
    const finding = {
      ...made.finding,
      Workflow: { Status: one.workflow },
      RecordState: one.record,
    };
    return { ...made, finding, settings: one.known ? made.settings : undefined };
  });

/** What must hold wherever the decision is to change something. */
function never(what: string, holds: (one: Situation, settings: ResponseSettings) => boolean) {
  it(`never changes anything ${what}`, () => {
    let changes = 0;
    fc.assert(
      fc.property(anything, (one) => {
        if (decide(one).kind !== "automatic") return;
        changes++;
        assert.ok(one.settings !== undefined && !holds(one, one.settings));
      }),
      { numRuns: 3000 },
    );
    assert.ok(changes > 0, "some of them change something, or nothing was shown");
  });
}

describe("what comes of a finding", () => {
  never("while the kill switch is on", (_one, { killed }) => killed);
  never("that is protected", (_one, settings) => settings.protected.length > 0);
  never("of an archived finding", ({ finding }) => finding.RecordState === "ARCHIVED");
  never(
    "in a freeze that nobody approved it in",
    ({ approved }, { freezes }) =>
      !approved && freezes.some((one) => one.organizationalUnit === "ou-live" && one.until === LATER),
  );
  never(
    "against an accepted risk that nobody approved it against",
    ({ approved }, { acceptedRisks }) => !approved && acceptedRisks.some(({ expires }) => expires === LATER),
  );
  never("where the remediation is off", (_one, { modes, accounts }) => {
    return modes.doors === "off" || accounts[ACCOUNT]?.doors?.offUntil === LATER;
  });
  never("without a person in the time in which everything is only observed", (one, { observeUntil }) => {
    return !one.approved && one.request === null && (observeUntil === LATER || observeUntil === "soon");
  });
  never("over the cap of its action", ({ used }, { caps }) => used.action >= caps.action);
  never("over a cap that nobody watches", ({ used, approved, request }, { caps }) => {
    return !approved && request === null && (used.account >= caps.account || used.control >= caps.control);
  });
  never("more often than is allowed without a person", ({ attempts, approved, request }, settings) => {
    return !approved && request === null && attempts >= settings.attempts;
  });
  never("without a word, where the mode is not automatic", ({ approved, request }, { modes, accounts }) => {
    const atLeast = accounts[ACCOUNT]?.doors?.atLeast;
    return !approved && request === null && modes.doors !== "automatic" && atLeast !== "automatic";
  });
  never("that somebody has put aside, without a person", ({ finding, approved, request }) => {
    return !approved && request === null && ["RESOLVED", "SUPPRESSED"].includes(finding.Workflow.Status);
  });

  it("observes where nothing is set, and where nothing can be known", () => {
    assert.equal(kind({ modes: {} }), "observe");
    assert.equal(kind({}, { settings: undefined, request }), "observe");
    assert.equal(kind({ units: {} }), "observe");
    assert.equal(kind({ modes: {} }, { manifest: { name: "constructor", mode: "observe" } }), "observe");
  });

  it("takes the stricter mode of organization and account, and the manifest's last", () => {
    const account = (atLeast: "alert" | "automatic") => ({ [ACCOUNT]: { doors: { atLeast } } });
    assert.equal(kind({ modes: { doors: "ask" }, accounts: account("alert") }), "ask");
    assert.equal(kind({ modes: { doors: "alert" }, accounts: account("automatic") }), "automatic");
    assert.equal(kind({ modes: {}, accounts: account("alert") }), "alert");
  });

  it("does what a person asks for, past the mode, the attempts, and the caps of what nobody watches", () => {
    assert.equal(kind({ modes: {} }, { request }), "automatic");
    assert.equal(kind({}, { request, attempts: 9, used: { account: 9, control: 9, action: 0 } }), "automatic");
    assert.equal(kind({ killed: true }, { request }), "alert");
    assert.equal(kind({ protected: ["*"] }, { request, approved: true }), "alert");
    assert.equal(kind({}, { request, used: { account: 0, control: 0, action: 5 } }), "alert");
  });

  it("asks again where the one who clicks may not know of a freeze or an accepted risk, and goes on when that is approved", () => {
    const freezes = [{ organizationalUnit: "r-root", from: EARLIER, until: LATER, reason: "year's end" }];
    const acceptedRisks = [{ control: "S3.8", expires: LATER, reason: "a public site" }];
    for (const settings of [{ freezes }, { acceptedRisks }]) {
      assert.equal(kind(settings, { request }), "ask");
      assert.equal(kind(settings, { request, approved: true }), "automatic");
    }
    assert.match(decide(situation({ freezes })).why, /frozen until .*year's end/);
    assert.equal(kind({ acceptedRisks }), "ignore");
  });

  it("holds an accepted risk to what it names, and not beyond its end", () => {
    const risk = { expires: LATER, reason: "known" };
    for (const [one, wanted] of [
      [{ ...risk, resource: BUCKET }, "ignore"],
      [{ ...risk, resource: "arn:aws:s3:::other" }, "automatic"],
      [{ ...risk, accountId: "100000000002" }, "automatic"],
      [{ ...risk, control: "S3.1" }, "automatic"],
      [{ ...risk, remediation: "windows" }, "automatic"],
      [{ ...risk, expires: EARLIER }, "automatic"],
      [{ ...risk, expires: NOW.toISOString() }, "automatic"],
      [{ ...risk, expires: "never" }, "automatic"],
    ] as const) {
      assert.equal(kind({ acceptedRisks: [one] }), wanted, JSON.stringify(one));
    }
  });

  it("holds by limits and times that are no numbers and no times", () => {
    const caps = { ...open.caps, account: Number.NaN };
    assert.equal(kind({ caps }), "alert");
    assert.equal(kind({ attempts: Number.NaN }), "alert");
    const freezes = [{ organizationalUnit: "ou-live", from: "soon", until: "later", reason: "" }];
    assert.equal(kind({ freezes }), "ask");
  });
});
