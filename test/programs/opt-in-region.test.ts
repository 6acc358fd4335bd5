import assert from "node:assert/strict";
import { adminProgram } from "../../programs/admin/program.ts";
import { baselineProgram } from "../../programs/baseline/program.ts";
import { regionsOf } from "../../programs/regions.ts";
import { type Declaration, declare } from "./declared.ts";
import { adminInputs, baselineInputs, EVERY_OPTION, MEMBER, settings } from "./samples.ts";

const HOME = "us-east-1";
const OTHER = "us-west-2";
/** Only accounts that have enabled it have it. */
const OPT_IN = "ap-southeast-3";

const from = settings({ regions: [HOME, OTHER, OPT_IN], features: EVERY_OPTION });

/** The names of what stands in a region, without the region. */
const placed = ({ resources }: Declaration, region: string): string[] =>
  resources
    .filter(({ name }) => name.endsWith(region))
    .map(({ type, name }) => `${type} ${name.replaceAll(region, "")}`)
    .sort();
const mentioning = ({ resources }: Declaration, region: string): string[] =>
  resources.filter((resource) => JSON.stringify(resource).includes(region)).map(({ name }) => name);

describe("a region that only some accounts have enabled, with every feature on", () => {
  let admin: Declaration;
  let having: Declaration;
  let lacking: Declaration;
  before(async () => {
    admin = await declare(() => adminProgram(adminInputs({}, from)), "admin");
    const baseline = (enabled: readonly string[]) =>
      declare(
        () => baselineProgram(baselineInputs({ regions: regionsOf(from, new Set(enabled)) }, from)),
        `account-${MEMBER}`,
      );
    having = await baseline(from.regions);
    lacking = await baseline([HOME, OTHER]);
  });

  it("has the admin stack's regional parts, as any other region beside the home region", () => {
    assert.ok(placed(admin, OPT_IN).length > 20);
    assert.deepEqual(placed(admin, OPT_IN), placed(admin, OTHER));
    const { inputs } = admin.named(`finding-aggregator-${HOME}`);
    assert.deepEqual(inputs.specifiedRegions, [OTHER, OPT_IN]);
  });

  it("has all of the baseline of a member that has it", () => {
    assert.ok(placed(having, OPT_IN).length > 20);
    assert.deepEqual(placed(having, OPT_IN), placed(having, OTHER));
    for (const { name, type, inputs } of having.resources) {
      // Cloud Control's have the region of their provider.
      if (name.endsWith(OPT_IN) && !type.startsWith("aws-native:")) assert.equal(inputs.region, OPT_IN, name);
    }
  });

  it("has nothing of a member that does not, and changes nothing of its other regions", () => {
    assert.deepEqual(mentioning(lacking, OPT_IN), []);
    for (const region of [HOME, OTHER]) assert.deepEqual(placed(lacking, region), placed(having, region));
    const elsewhere = having.resources.filter(({ name }) => !name.endsWith(OPT_IN)).map(({ name }) => name);
    assert.deepEqual(lacking.resources.map(({ name }) => name).sort(), elsewhere.sort());
  });
});
