import assert from "node:assert/strict";
import fc from "fast-check";
import { accountOutside, whyNotMember, whySkipped } from "../../api/accounts/eligibility.ts";
import { parseAccountEvent } from "../../api/consumer/account-event.ts";
import { createIdSource, operationIdOf, operationIdPattern } from "../../api/ids.ts";
import { countAdoptions, reportAdoptions } from "../../api/operations/adoptions.ts";
import { findLeftovers } from "../../api/operations/leftovers.ts";
import { decideRetry, isNotEnterableYet } from "../../api/operations/retry.ts";
import type { Adoption } from "../../programs/adoption.ts";
import { settings } from "./fakes.ts";

describe("ids", () => {
  it("sort by the time they were made, also within one millisecond and when the clock goes back", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 2, maxLength: 300 }), (steps) => {
        let now = 1_800_000_000_000;
        const next = createIdSource(() => now);
        const ids = steps.map((step) => {
          now += step;
          return next();
        });
        assert.deepEqual(ids, ids.toSorted());
        assert.equal(new Set(ids).size, ids.length);
        for (const id of ids) assert.match(operationIdOf(id), operationIdPattern);
      }),
    );
  });

  it("stay in order when more than 4,096 are made in one millisecond", () => {
    const next = createIdSource(() => 1_800_000_000_000);
    const ids = Array.from({ length: 20_000 }, next);
    assert.deepEqual(ids, ids.toSorted());
  });
});

describe("the decision to try again", () => {
  const failed = fc.record({
    code: fc.constantFrom("throttled", "opt_in_required", "conflict", "timeout"),
    retryable: fc.constant(true),
    attempt: fc.integer({ min: 1, max: 1000 }),
    elapsedMs: fc.integer({ min: 0, max: 3_600_000 }),
    random: fc.double({ min: 0, max: 0.999999, noNaN: true }),
  });

  it("never waits longer than 30 s, nor less than half a second", () => {
    fc.assert(
      fc.property(failed, (attempt) => {
        const delay = decideRetry(attempt);
        assert.ok(delay === undefined || (delay >= 500 && delay <= 30_000), String(delay));
      }),
    );
  });

  it("comes to an end: by attempts, or by time", () => {
    fc.assert(
      fc.property(failed, ({ code, random }) => {
        let elapsedMs = 0;
        let attempt = 1;
        for (; ; attempt++) {
          const delay = decideRetry({ code, retryable: true, attempt, elapsedMs, random });
          if (delay === undefined) break;
          elapsedMs += delay;
        }
        assert.ok(elapsedMs <= 30 * 60_000);
        if (code !== "opt_in_required") assert.ok(attempt <= 6);
        else assert.ok(elapsedMs > 20 * 60_000, "a fresh account may need 20 minutes");
      }),
    );
  });

  it("waits for a policy of Security Hub for a day, often at first and then four times an hour", () => {
    const at = (attempt: number, elapsedMs: number) =>
      decideRetry({ code: "policy_pending", retryable: true, attempt, elapsedMs, random: 0.5 });
    assert.equal(at(1, 0), 3_750);
    assert.equal(at(100, 23 * 3_600_000), 675_000);
    assert.equal(at(100, 24 * 3_600_000), undefined);
  });

  it("counts the tries of an ordinary failure from the last wait for AWS on, however long that was", () => {
    const at = (attempt: number, elapsedMs: number, waited?: { attempts: number; agoMs: number }) =>
      decideRetry({ code: "throttled", retryable: true, attempt, elapsedMs, random: 0.5, waited });
    const day = 24 * 3_600_000;
    assert.equal(at(101, day), undefined);
    assert.equal(at(101, day, { attempts: 100, agoMs: 5_000 }), at(1, 5_000));
    assert.equal(at(104, day, { attempts: 100, agoMs: 60_000 }), at(4, 60_000));
    assert.equal(at(106, day, { attempts: 100, agoMs: 60_000 }), undefined);
    assert.equal(at(101, day, { attempts: 100, agoMs: 16 * 60_000 }), undefined);
    // The wait itself ends all the same.
    const pending = { code: "policy_pending", retryable: true, attempt: 100, elapsedMs: day, random: 0.5 };
    assert.equal(decideRetry({ ...pending, waited: { attempts: 99, agoMs: 1_000 } }), undefined);
  });

  it("is no where nothing would change", () => {
    fc.assert(fc.property(failed, (attempt) => assert.equal(decideRetry({ ...attempt, retryable: false }), undefined)));
  });

  it("waits for a new account to let its roles be assumed as long as for one that is not opted in, and for no other", () => {
    const denied = { code: "access_denied", call: "sts:AssumeRole", accountId: "100000000001" };
    const byEvent = { ...denied, origin: "event" as const, request: { accountId: "100000000001" } };
    const coreAccounts = Object.values(settings.accounts);
    const refused = { ...byEvent, kind: "onboard", coreAccounts };
    assert.ok(isNotEnterableYet(refused));
    assert.ok(isNotEnterableYet({ ...refused, origin: "api", request: { name: "clearing", email: "a@b.example" } }));
    assert.ok(!isNotEnterableYet({ ...refused, origin: "api" }), "an account that is there already");
    assert.ok(!isNotEnterableYet({ ...refused, kind: "deploy" }));
    assert.ok(!isNotEnterableYet({ ...refused, call: "iam:CreateRole" }));
    assert.ok(!isNotEnterableYet({ ...refused, code: "invalid_request" }));
    for (const accountId of coreAccounts) assert.ok(!isNotEnterableYet({ ...refused, accountId }));
    fc.assert(
      fc.property(failed, (attempt) => {
        const waiting = decideRetry({ ...attempt, code: "access_denied", retryable: false, notEnterableYet: true });
        assert.equal(waiting, decideRetry({ ...attempt, code: "opt_in_required" }));
      }),
    );
  });
});

describe("who may be a member", () => {
  const active = { accountId: "100000000001", name: "a", email: "a@b.example", state: "ACTIVE" } as const;

  it("is decided by what Organizations says", () => {
    assert.equal(whyNotMember("100000000001", active, settings), undefined);
    for (const state of ["SUSPENDED", "PENDING_CLOSURE", "CLOSED", "PENDING_ACTIVATION"] as const) {
      assert.match(whyNotMember("100000000001", { ...active, state }, settings)?.message ?? "", new RegExp(state));
    }
    assert.match(whyNotMember("100000000001", undefined, settings)?.message ?? "", /not in the organization/);
    for (const id of Object.values(settings.accounts)) {
      assert.ok(whyNotMember(id, { ...active, accountId: id }, settings));
    }
  });

  it("is decided by the settings where it is outside of the organization, and never by both", () => {
    const outside = "555555555555";
    const entry = { accountId: outside, email: "it@acquired.example.com" };
    const securityHub = { ...settings.features.securityHub, outsideMembers: [entry] };
    const inviting = { ...settings, features: { ...settings.features, securityHub } };
    assert.equal(whyNotMember(outside, undefined, inviting), undefined);
    assert.deepEqual(accountOutside(outside, inviting), { ...entry, name: outside, state: "ACTIVE" });
    assert.equal(accountOutside("100000000001", inviting), undefined);
    const undeclared = whyNotMember(outside, undefined, settings);
    assert.match(undeclared?.allowed ?? "", /features\.securityHub\.outsideMembers/);
    const both = whyNotMember(outside, { ...active, accountId: outside }, inviting);
    assert.match(both?.message ?? "", /in the organization, but features\.securityHub\.outsideMembers\.0\.accountId/);
  });

  it("of itself is decided by the exclusions, too", () => {
    const excluding = { ...settings, excludedOrganizationalUnits: ["ou-bulw-dev000001"] };
    assert.match(whySkipped(active, ["ou-bulw-team0001", "ou-bulw-dev000001", "r-1"], excluding) ?? "", /ou-bulw-dev/);
    assert.equal(whySkipped(active, ["ou-bulw-prod00001", "r-1"], excluding), undefined);
    const without = { ...settings, excludedAccounts: ["100000000001"] };
    assert.match(whySkipped(active, [], without) ?? "", /exclude/);
    assert.match(whyNotMember("100000000001", active, without)?.message ?? "", /exclude/);
  });
});

describe("an account event", () => {
  it("of any shape is read or refused, never taken for something else", () => {
    fc.assert(
      fc.property(fc.json(), (body) => {
        assert.throws(() => parseAccountEvent(body), /reading an account event/);
      }),
    );
  });
});

describe("adoptions", () => {
  const adoption: Adoption = {
    type: "aws:guardduty/detector:Detector",
    name: "detector-us-east-1",
    region: "us-east-1",
    id: "d",
    before: { enable: true, findingPublishingFrequency: "SIX_HOURS" },
    decision: "adopt",
    reason: "it is there",
  };
  const changes = { create: 5, update: 0, replace: 0, delete: 0, same: 0, import: 0 };
  const step = (inputs: Record<string, unknown>) => ({ name: adoption.name, type: adoption.type, new: inputs });

  it("are counted as imports, and as updates only where something differs", () => {
    const different = reportAdoptions(
      [adoption],
      [step({ enable: true, findingPublishingFrequency: "FIFTEEN_MINUTES" })],
    );
    assert.deepEqual(countAdoptions({ changes }, different, new Set()), {
      ...changes,
      create: 4,
      update: 1,
      import: 1,
    });
    const same = reportAdoptions([adoption], [step({ ...adoption.before, region: "us-east-1", tagsAll: { a: "b" } })]);
    assert.deepEqual(countAdoptions({ changes }, same, new Set()), { ...changes, create: 4, import: 1 });
    const tagged = reportAdoptions([adoption], [step({ ...adoption.before, tags: { ManagedBy: "Bulwark" } })]);
    assert.equal(countAdoptions({ changes }, tagged, new Set()).update, 1);
    assert.deepEqual(countAdoptions({ changes }, different, new Set([adoption.name])), changes);
    const left = reportAdoptions([{ ...adoption, decision: "leave" }], []);
    assert.deepEqual(countAdoptions({ changes }, left, new Set()), changes);
    const replaced = reportAdoptions([{ ...adoption, decision: "replace" }], [step({ enable: false })]);
    assert.deepEqual(countAdoptions({ changes }, replaced, new Set()), {
      ...changes,
      create: 4,
      replace: 1,
      import: 1,
    });
  });

  it("are no leftovers; what Bulwark brought is", () => {
    const detector = { id: "d", enable: true, findingPublishingFrequency: "SIX_HOURS" };
    const regions = { "us-east-1": { detector, ebsEncryptionByDefault: false } };
    const inventory = { accountId: "100000000001", regions, serviceLinkedRoles: ["config.amazonaws.com"] };
    assert.deepEqual(findLeftovers(inventory, [adoption]), []);
    assert.deepEqual(
      findLeftovers(inventory, []).map(({ what }) => what),
      ["GuardDuty detector"],
    );
  });
});
