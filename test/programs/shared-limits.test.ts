import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Fleet,
  type Holder,
  type Organization,
  overrunProblem,
  overruns,
  scarce,
  sharedUse,
} from "../../programs/shared-limits.ts";
import { adminInputs } from "./samples.ts";

const organization = (environments: Organization["environments"] = {}): Organization => ({
  ...adminInputs(),
  environments,
});
const entries = (type: "suppression" | "archiveRule" | "configRule", count: number, more: object = {}) =>
  Array.from({ length: count }, (_, index) => ({ type, name: `${type}-${index}`, ...more }));
const rulesIn = (fleet: Fleet, region: string) =>
  sharedUse(fleet).find((use) => use.limit.entry === "suppression" && use.region === region);

describe("limits that all accounts share", () => {
  const [first = "", second = ""] = adminInputs().regions;

  it("count one rule of an entry in each of its regions, and none of what is in the account itself", () => {
    const holders: Holder[] = [
      { holder: "100000000001", entries: [...entries("suppression", 2), ...entries("configRule", 9)] },
      { holder: "100000000002", entries: entries("suppression", 3, { regions: [second] }) },
    ];
    const fleet = { organizations: [organization()], holders };
    assert.equal(rulesIn(fleet, first)?.taken, 2);
    assert.equal(rulesIn(fleet, second)?.taken, 5);
    assert.deepEqual(rulesIn(fleet, second)?.byHolder, [
      ["100000000002", 3],
      ["100000000001", 2],
    ]);
  });

  it("count what is deployed and what is recorded, and what is both only once", () => {
    const twice = [...entries("suppression", 4), ...entries("suppression", 3)];
    const organizations = [organization({ dev: ["100000000013"] }), organization({ dev: ["100000000013"] })];
    const one = rulesIn({ organizations: organizations.slice(1), holders: [] }, first);
    const both = rulesIn({ organizations, holders: [{ holder: "100000000001", entries: twice }] }, first);
    assert.ok(one !== undefined && one.taken > 0);
    assert.equal(both?.taken, one.taken + 4);
    assert.equal(both?.bySettings, one.taken);
  });

  it("are overrun exactly where a request takes more, and more than there is", () => {
    const count = fc.integer({ min: 0, max: 130 });
    fc.assert(
      fc.property(count, count, (former, wanted) => {
        const use = (suppressions: number) =>
          sharedUse({
            organizations: [organization()],
            holders: [{ holder: "100000000001", entries: entries("suppression", suppressions) }],
          });
        const over = overruns(use(former), use(wanted));
        assert.equal(over.length > 0, wanted > 100 && wanted > former);
        assert.equal(scarce(use(wanted)).length > 0, wanted >= 80);
      }),
    );
  });

  it("are told with who takes most, as far as who is told may know of them", () => {
    const holders = [1, 2, 3, 4, 5].map((tail) => ({
      holder: `10000000000${tail}`,
      entries: entries("archiveRule", 20 + tail),
    }));
    const [use] = overruns([], sharedUse({ organizations: [organization()], holders }));
    assert.ok(use !== undefined);
    assert.match(
      overrunProblem(use).message,
      /^115 archive rules .* AWS allows 100 .*: 25 by 100000000005, 24 by 100000000004, 23 by 100000000003, 43 by other accounts$/,
    );
    const told = overrunProblem(use, (holder) => holder === "100000000001").message;
    assert.match(told, /: 21 by 100000000001, 94 by other accounts$/);
  });
});
