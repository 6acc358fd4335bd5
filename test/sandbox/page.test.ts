import assert from "node:assert/strict";
import fc from "fast-check";
import { page } from "../../sandbox/emulators/page.ts";

const badToken = () => new Error("bad token");

describe("a page of a list", () => {
  it("leads on to the next until every item was shown once, in order, and no page was too long", () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 20 }), (items, limit) => {
        const shown: number[] = [];
        let token: string | undefined;
        do {
          const { items: some, nextToken } = page(items, { token, limit, defaultLimit: 100, badToken });
          assert.ok(some.length <= limit);
          assert.ok(some.length > 0 || nextToken === undefined);
          shown.push(...some);
          token = nextToken;
        } while (token !== undefined);
        assert.deepEqual(shown, items);
      }),
    );
  });

  it("refuses tokens that it never gave", () => {
    for (const token of ["", "nonsense", Buffer.from("page:7").toString("base64url")]) {
      assert.throws(() => page([1, 2, 3], { token, defaultLimit: 2, badToken }), /bad token/);
    }
  });
});
