import assert from "node:assert/strict";
import type { ServiceModel } from "../../sandbox/gateway/model/shapes.ts";
import { violations } from "../../sandbox/gateway/model/validate.ts";

/** Whether the gateway takes `text` for a member of that pattern. */
function takes(pattern: string, text: string): boolean {
  const model: Pick<ServiceModel, "shapes"> = { shapes: { Text: { type: "string", pattern } } };
  return violations(model as ServiceModel, { shape: "Text" }, text).length === 0;
}

describe("the gateway's check of a member's pattern", () => {
  for (const [what, pattern, taken, refused] of [
    ["without anchors", "[A-Za-z][A-Za-z0-9_.-]*", "good-1", "1bad"],
    ["without anchors, of one length", "[0-9]{12}", "100000000001", "1000000000012"],
    ["of two alternatives", "all|[0-9]{12}", "all", "all of them"],
    ["with anchors in its alternatives", "^https://.+$|^s3://.+$", "s3://bucket", "x s3://bucket"],
    ["with one anchor", "^ou-[0-9a-z]+", "ou-bulw", "ou-bulw!"],
    ["with escapes that unicode mode forbids", "guard\\-2\\.x\\.x", "guard-2.x.x", "a guard-2.x.x"],
    ["with unicode properties", "[\\p{L}\\p{N}_-]+", "Übung-1", "no spaces"],
  ] as const) {
    it(`holds for the whole text: ${what}`, () => {
      assert.ok(takes(pattern, taken));
      assert.ok(!takes(pattern, refused));
    });
  }

  it("takes line breaks for any character", () => {
    assert.ok(takes(".*\\S.*", "first line\nsecond line\n"));
    assert.ok(!takes(".*\\S.*", " \n "));
  });

  it("leaves out patterns that only Java knows", () => {
    for (const pattern of ["(?i)all|[0-9]{12}", "[a-z]*+", "\\p{Alnum}+", "\\A[a-z]\\-+\\z", "\\Qa.b\\E\\-"]) {
      assert.ok(takes(pattern, "anything, 1 2 3"), pattern);
    }
  });
});
