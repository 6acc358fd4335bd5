import assert from "node:assert/strict";
import fc from "fast-check";
import { matchesArnPattern, untouchable } from "../../remediation/arn-pattern.ts";

/** The same by its definition, in exponential time. */
function matches(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  if (pattern[0] !== "*") return pattern[0] === text[0] && text !== "" && matches(pattern.slice(1), text.slice(1));
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
      assert.ok(matchesArnPattern(pattern, role), pattern);
    }
  });

  it("take every other character for itself, and the whole ARN", () => {
    const others = [
      "",
      "BreakGlass",
      "arn:aws:iam::*:role/Break",
      "arn:aws:iam::*:user/*",
      "arn.aws:iam::*",
      "arn:aws:iam::?*1",
      "*glass",
      `*${role}x`,
    ];
    for (const pattern of others) assert.ok(!matchesArnPattern(pattern, role), pattern);
    assert.ok(!matchesArnPattern("arn:aws:iam::*:role/BreakGlass", "arn:aws:iam::1:role/admin/BreakGlass2"));
    assert.ok(!matchesArnPattern("ab*ba", "aba"), "no character counts twice");
    assert.ok(matchesArnPattern("a*aab*b", "aaaabb"), "a part may begin within an attempt that failed");
  });

  it("are as their definition has it", () => {
    const text = (...letters: readonly string[]) =>
      fc.array(fc.constantFrom(...letters), { maxLength: 9 }).map((all) => all.join(""));
    fc.assert(
      fc.property(text("a", "b", "*"), text("a", "b"), (pattern, arn) => {
        assert.equal(matchesArnPattern(pattern, arn), matches(pattern, arn));
      }),
      { numRuns: 2_000 },
    );
  });

  it("end on patterns by which one that tries every way would not", () => {
    assert.ok(!matchesArnPattern(`${"a*".repeat(2_000)}b`, "a".repeat(200_000)));
    assert.ok(!matchesArnPattern(`*${"a".repeat(50_000)}b*`, "a".repeat(200_000)));
  });

  it("say which of them makes something untouchable", () => {
    const facts = { untouchable: ["arn:aws:iam::*:user/ops", "arn:aws:iam::*:role/Break*"] };
    assert.equal(untouchable("arn:aws:iam::100000000001:role/App", facts), undefined);
    const refusal = untouchable(role, facts);
    assert.equal(refusal?.kind, "refuse");
    assert.match(refusal.why, /role\/BreakGlass is untouchable by the pattern arn:aws:iam::\*:role\/Break\*/);
  });
});
