import assert from "node:assert/strict";
import fc from "fast-check";
import { check } from "../../sandbox/plugins/provider/check.ts";
import { differences } from "../../sandbox/plugins/provider/diff.ts";
import { inputsFrom, stateFrom } from "../../sandbox/plugins/provider/live.ts";
import {
  block,
  boolean,
  type Fields,
  list,
  map,
  number,
  output,
  policy,
  set,
  string,
  type Values,
} from "../../sandbox/plugins/provider/property.ts";
import { unknown } from "../../sandbox/plugins/provider/unknown.ts";

const fields = {
  name: string({ replaces: true }),
  size: number({ default: 3 }),
  enabled: boolean({ default: true }),
  chosen: string({ computed: true }),
  secretWord: string({ unread: true }),
  regions: set(string()),
  rules: list(block({ id: string({ required: true }), days: number({ computed: true }) })),
  labels: map(),
  source: block({ ids: list(string()) }, { replacesWhenAdded: true }),
  document: policy(),
  arn: output(string()),
} satisfies Fields;

const inputs = fc.record(
  {
    name: fc.string({ minLength: 1 }),
    size: fc.integer(),
    enabled: fc.boolean(),
    chosen: fc.string(),
    secretWord: fc.string({ minLength: 1 }),
    regions: fc.uniqueArray(fc.constantFrom("us-east-1", "us-west-2", "eu-central-1")),
    rules: fc.array(fc.record({ id: fc.string({ minLength: 1 }), days: fc.nat() }, { requiredKeys: ["id"] }), {
      maxLength: 3,
    }),
    labels: fc.dictionary(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), { noNullPrototype: true }),
  },
  { requiredKeys: ["name"] },
) as fc.Arbitrary<Values>;

const checked = (news: Values) =>
  check({ type: "t", name: "n", fields, olds: {}, news, seed: new Uint8Array(), fallbacks: {} }).inputs;

/** What AWS would show of inputs: what cannot be read is missing, what it computes is there, sets are in another order. */
const live = (given: Values): Values => ({
  chosen: "by AWS",
  ...given,
  regions: [...((given.regions as string[] | undefined) ?? [])].reverse(),
  secretWord: undefined,
  arn: "arn:aws:test",
});

describe("differences", () => {
  it("are none between what was deployed and what is deployed again", () => {
    fc.assert(
      fc.property(inputs, (news) => {
        const wanted = checked(news);
        const state = stateFrom(fields, wanted, live(wanted));
        assert.deepEqual(differences(fields, state, wanted), []);
      }),
    );
  });

  it("are none after a refresh that found nothing, nor after an import with the inputs that it found", () => {
    fc.assert(
      fc.property(inputs, (news) => {
        const wanted = checked(news);
        const state = stateFrom(fields, wanted, live(wanted));
        assert.deepEqual(differences(fields, state, inputsFrom(fields, { inputs: wanted, state }, live(wanted))), []);
        const imported = stateFrom(fields, {}, live(wanted));
        assert.deepEqual(differences(fields, imported, inputsFrom(fields, undefined, live(wanted))), []);
      }),
    );
  });

  it("keep what AWS never tells through a refresh", () => {
    const prior = { inputs: { secretWord: "x" }, state: { secretWord: "x" } };
    assert.deepEqual(inputsFrom(fields, prior, { arn: "a" }), { secretWord: "x" });
    assert.equal(stateFrom(fields, prior.state, { arn: "a" }).secretWord, "x");
  });

  it("take in what someone else added, so that the next deployment takes it away", () => {
    const prior = { inputs: { name: "a" }, state: { name: "a" } };
    assert.deepEqual(inputsFrom(fields, prior, { name: "a", labels: { by: "hand" }, chosen: "z" }), {
      name: "a",
      labels: { by: "hand" },
    });
  });

  const cases: [string, Values, Values, object[]][] = [
    ["a change in place", { size: 1 }, { size: 2 }, [{ path: "size", kind: "update", replaces: false }]],
    ["a change that replaces", { name: "a" }, { name: "b" }, [{ path: "name", kind: "update", replaces: true }]],
    ["what replaces when it comes", {}, { source: { ids: ["a"] } }, [{ path: "source", kind: "add", replaces: true }]],
    [
      "but not when it changes",
      { source: { ids: ["a"] } },
      { source: { ids: ["b"] } },
      [{ path: "source.ids[0]", kind: "update", replaces: false }],
    ],
    ["a removal", { labels: { a: "1" } }, {}, [{ path: "labels", kind: "delete", replaces: false }]],
    ["nothing where AWS chose", { chosen: "x" }, {}, []],
    ["nothing between absent and empty", {}, { labels: {}, size: 0, enabled: false }, []],
    ["off again", { enabled: true }, { enabled: false }, [{ path: "enabled", kind: "update", replaces: false }]],
    [
      "one label",
      { labels: { a: "1", "cost center": "2" } },
      { labels: { a: "1", "cost center": "3" } },
      [{ path: 'labels["cost center"]', kind: "update", replaces: false }],
    ],
    [
      "a part of a rule",
      { rules: [{ id: "a", days: 1 }] },
      { rules: [{ id: "a", days: 2 }, { id: "b" }] },
      [
        { path: "rules[0].days", kind: "update", replaces: false },
        { path: "rules[1]", kind: "add", replaces: false },
      ],
    ],
    [
      "members of a set",
      { regions: ["us-east-1", "us-west-2"] },
      { regions: ["us-west-2", "us-east-1", "eu-central-1"] },
      [{ path: "regions[2]", kind: "add", replaces: false }],
    ],
    ["what is not known yet", { size: 1 }, { size: unknown }, [{ path: "size", kind: "update", replaces: false }]],
    ["never an output", { arn: "a" }, { arn: "b" }, []],
  ];
  for (const [what, before, after, expected] of cases) {
    it(`show ${what}`, () => assert.deepEqual(differences(fields, before, after), expected));
  }

  it("leave out what is ignored, and what lies below it", () => {
    const before = { name: "a", labels: { a: "1", b: "1" }, size: 1 };
    const after = { name: "b", labels: { a: "2", b: "2" }, size: 2 };
    const paths = (ignored: string[]) => differences(fields, before, after, ignored).map(({ path }) => path);
    assert.deepEqual(paths(["labels", "name"]), ["size"]);
    assert.deepEqual(paths(["labels.a", "name"]), ["size", "labels.b"]);
    assert.deepEqual(paths(["*"]), []);
  });

  it("see through the ways AWS rewrites a policy", () => {
    const mine = {
      Statement: [{ Effect: "Allow", Principal: { AWS: ["arn:aws:iam::111111111111:root"] }, Action: ["a:B", "a:A"] }],
    };
    const theirs = { Statement: { Action: ["a:A", "a:B"], Effect: "Allow", Principal: { AWS: "111111111111" } } };
    assert.deepEqual(differences(fields, { document: JSON.stringify(theirs) }, { document: JSON.stringify(mine) }), []);
    const other = { Statement: [{ ...mine.Statement[0], Action: "a:C" }] };
    assert.equal(
      differences(fields, { document: JSON.stringify(theirs) }, { document: JSON.stringify(other) }).length,
      1,
    );
  });
});

describe("check", () => {
  const failures = (news: Values) =>
    check({ type: "t", name: "n", fields, olds: {}, news, seed: new Uint8Array(), fallbacks: {} }).failures;

  it("names what it does not know, what is missing and what has the wrong type", () => {
    assert.match(failures({ nmae: "a" })[0]?.reason ?? "", /"nmae"/);
    assert.match(failures({ arn: "a" })[0]?.reason ?? "", /"arn"/);
    assert.match(failures({ rules: [{ day: 1, id: "a" }] })[0]?.reason ?? "", /"rules\[0\]\.day"/);
    assert.match(failures({ rules: [{}] })[0]?.reason ?? "", /rules\[0\]\.id/);
    assert.match(failures({ size: "many" })[0]?.reason ?? "", /expected number for "size", got string/);
  });

  it("fills in defaults, takes unknown values, and makes a policy of an object", () => {
    assert.deepEqual(checked({ name: unknown, document: { Statement: [] } }), {
      name: unknown,
      document: '{"Statement":[]}',
      size: 3,
      enabled: true,
    });
  });
});
