import assert from "node:assert/strict";
import fc from "fast-check";
import { matchesPattern, refusalToTouch } from "../../remediation/text-pattern.ts";

/** The same by its definition, in exponential time. */
function matches(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  const same = pattern[0] === "?" || pattern[0] === text[0];
  if (pattern[0] !== "*") return same && text !== "" && matches(pattern.slice(1), text.slice(1));
  return matches(pattern.slice(1), text) || (text !== "" && matches(pattern, text.slice(1)));
}

describe("patterns of ARNs", () => {
  const role = "arn:aws:iam::100000000001:role/BreakGlass";

  it("take any text, none too, for a star", () => {
    for (const pattern of [
      role,
      "*",
      "arn:aws:iam::*:role/BreakGlass",
      "arn:*:iam::*:role/Break*",
      `${role}*`,
      "**Glass",
    ]) {
      assert.ok(matchesPattern(pattern, role), pattern);
    }
  });

  it("take every other character for itself, and the whole ARN", () => {
    const others = [
      "",
      "BreakGlass",
      "arn:aws:iam::*:role/Break",
      "arn:aws:iam::*:user/*",
      "arn.aws:iam::*",
      "arn:aws:iam::?:role/BreakGlass",
      "*glass",
      `*${role}x`,
    ];
    for (const pattern of others) assert.ok(!matchesPattern(pattern, role), pattern);
    assert.ok(!matchesPattern("arn:aws:iam::*:role/BreakGlass", "arn:aws:iam::1:role/admin/BreakGlass2"));
    assert.ok(!matchesPattern("ab*ba", "aba"), "no character counts twice");
    assert.ok(matchesPattern("a*aab*b", "aaaabb"), "a part may begin within an attempt that failed");
  });

  it("are as their definition has it", () => {
    const text = (...letters: readonly string[]) =>
      fc.array(fc.constantFrom(...letters), { maxLength: 9 }).map((all) => all.join(""));
    fc.assert(
      fc.property(text("a", "b", "*", "?"), text("a", "b"), (pattern, arn) => {
        assert.equal(matchesPattern(pattern, arn), matches(pattern, arn));
      }),
      { numRuns: 2_000 },
    );
  });

  it("end on patterns by which one that tries every way would not", () => {
    assert.ok(!matchesPattern(`${"a*".repeat(2_000)}b`, "a".repeat(200_000)));
    assert.ok(!matchesPattern(`*${"a".repeat(2_000)}b*`, "a".repeat(20_000)));
  });

  it("say which of them makes something untouchable", () => {
    const facts = { untouchable: ["arn:aws:iam::*:user/ops", "arn:aws:iam::*:role/Break*"] };
    assert.equal(refusalToTouch("arn:aws:iam::100000000001:role/App", facts), undefined);
    const refusal = refusalToTouch(role, facts);
    assert.equal(refusal?.kind, "refuse");
    assert.match(refusal.why, /role\/BreakGlass is untouchable by the pattern arn:aws:iam::\*:role\/Break\*/);
  });
});
