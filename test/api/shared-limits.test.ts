import assert from "node:assert/strict";
import fc from "fast-check";
import { exceededBy, excesses, type Sharing } from "../../api/accounts/shared-limits.ts";
import { saveAccount } from "../../api/store/accounts.ts";
import { EXTENSION_TYPES, type Extension } from "../../programs/extensions/extensions.ts";
import { settings } from "./fakes.ts";
import { type Serving, serve } from "./serving.ts";

const now = new Date("2026-11-23T00:00:00Z");
const rules = (count: number, more: object = {}): Extension[] =>
  Array.from(
    { length: count },
    (_, index) => ({ ...EXTENSION_TYPES.archiveRule.example, name: `partner-${index}`, ...more }) as Extension,
  );
const account = (accountId: string, extensions: readonly Extension[]): Sharing => ({
  ...{ accountId, extensions, environment: null, weakenings: [] },
});

describe("what AWS allows the security account for all accounts together", () => {
  it("is exceeded only where the entries of a region are more than there is room for, whoever has them", () => {
    const [home = "", other = ""] = settings.regions;
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(25), fc.nat(25)), { maxLength: 8 }), (counts) => {
        const fleet = counts.map(([here, there], index) =>
          account(`10000000000${index}`, [
            ...rules(here, { regions: [home] }),
            ...rules(there, { regions: [other] }).map((entry) => ({ ...entry, name: `${entry.name}-there` })),
          ]),
        );
        const sums = [0, 1].map((place) => counts.reduce((sum, pair) => sum + (pair[place] ?? 0), 0));
        const expected = [home, other].filter((_, place) => (sums[place] ?? 0) > 100);
        const found = excesses(fleet, settings, now).filter(({ type }) => type === "archiveRule");
        assert.deepEqual(
          found.map(({ region }) => region),
          expected,
        );
      }),
    );
  });

  it("holds up nobody who asks for as much as before, or less", () => {
    const fleet = [1, 2, 3, 4].map((index) => account(`10000000000${index}`, rules(25)));
    const before = account("100000000009", rules(3));
    const asking = (count: number) =>
      exceededBy(account("100000000009", rules(count)), { before, fleet }, settings, now).length;
    assert.deepEqual([asking(4), asking(3), asking(2), asking(0)], [settings.regions.length, 0, 0, 0]);
  });

  it("has the organization's rules by environment beside what accounts suppress, and what is still being undone", () => {
    const entry = { ...EXTENSION_TYPES.suppression.example, expires: "2026-11-01T00:00:00.000Z" } as Extension;
    const undone = {
      entry,
      status: "approved",
      requestedAt: "2026-10-01T00:00:00.000Z",
    } as Sharing["weakenings"][number];
    const many = Array.from({ length: 100 }, (_, index) => ({
      ...account(String(100000000000 + index), []),
      weakenings: [undone],
    }));
    assert.deepEqual(excesses(many, settings, now), []);
    const [first, ...others] = many;
    const [found] = excesses([{ ...(first as Sharing), environment: "dev" }, ...others], settings, now);
    assert.match(
      found?.message ?? "",
      /^automation rules of Security Hub in us-east-1 would be 10\d, \d by the settings and 100 by accounts/,
    );
  });
});

const standing = { weakenings: [], origin: "request", status: "active" } as const;

describe("an entry for which there is no room any more", () => {
  let serving: Serving;
  before(async () => {
    serving = await serve();
    const admin = await serving.call("POST", "/admin/deployments", { body: {} });
    await serving.ended(admin.body.id);
  });
  after(() => serving.stop());

  it("is refused at once with the limit, the count and who has most, and others are not", async () => {
    const ids = ["100000000001", "100000000002"];
    for (const accountId of ids) {
      const { body, status } = await serving.call("POST", "/accounts", { body: { accountId } });
      assert.equal(status, 202, JSON.stringify(body));
      assert.equal((await serving.ended(body.id)).status, "succeeded");
    }
    for (const accountId of ["100000000021", "100000000022", "100000000023"]) {
      const named = { accountId, name: accountId, email: `${accountId}@clearing.example.com`, lastOperationId: null };
      await saveAccount(serving.db, {
        ...named,
        ...{ owner: null, environment: null, extensions: rules(25) },
        ...standing,
      });
    }
    const put = (accountId = "", extensions: readonly Extension[] = []) =>
      serving.call("PATCH", `/accounts/${accountId}`, { body: { extensions } });
    // Together they would be one too many, and neither knows of the other.
    const both = await Promise.all([put(ids[0], rules(25)), put(ids[1], rules(1))]);
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 422]);
    const refused = both.find(({ status }) => status === 422);
    assert.equal(refused?.body.type, "/problems/extension-not-permitted");
    assert.match(
      refused?.body.errors[0].message,
      /archive rules of IAM Access Analyzer in us-east-1 would be 101, 0 by the settings and 101 by accounts \(most by 1000000000\d\d: 25, .*where AWS allows 100/,
    );
    assert.equal(refused?.body.errors[0].field, "extensions.0.type");
    assert.equal((await put(ids[0], rules(24))).status, 200);
  });
});
