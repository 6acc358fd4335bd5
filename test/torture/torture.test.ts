import assert from "node:assert/strict";
import { FEW_FEATURES } from "../few-features.ts";
import { createRandom } from "./random.ts";
import { type Findings, torture } from "./torture.ts";

// `make torture` kills more, and longer. SEED repeats what a failure says.
const seed = Number(process.env.SEED || Date.now() % 1_000_000);

describe(`two services whose processes are killed at any moment (SEED=${seed})`, function () {
  this.timeout(900_000);
  const told: string[] = [];
  let findings: Findings;
  before(async () => {
    findings = await torture({
      random: createRandom(seed),
      kills: 25,
      killsPerStorm: 25,
      dear: 2,
      // The first has a detector, which is adopted.
      accounts: ["100000000002", "100000000008"],
      regions: ["us-east-1"],
      features: FEW_FEATURES,
      leaseSeconds: 6,
      tell: (line) => told.push(line),
    });
  });
  afterEach(function () {
    if (this.currentTest?.state === "failed") console.log(told.join("\n"));
  });

  it("keep every promise: operations end once, one writer per stack, nothing left over, lost or doubled", () => {
    assert.deepEqual(findings.broken, []);
  });

  it("were killed 25 times, and did work", () => {
    assert.ok(findings.kills.length >= 25, `${findings.kills.length} kills`);
    assert.ok(findings.operations.length > 5, `${findings.operations.length} operations`);
  });
});
