import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { adminProgram } from "../../programs/admin/program.ts";
import { baselineProgram } from "../../programs/baseline/program.ts";
import { ADMIN_FEATURES } from "../../programs/catalogue/admin.ts";
import { BASELINE_FEATURES } from "../../programs/catalogue/baseline.ts";
import { controlsPage } from "../../programs/catalogue/controls-page.ts";
import { MANIFESTS } from "../../remediation/manifests.ts";
import { controls } from "../../sandbox/emulators/securityhub/catalog/controls.ts";
import { declare } from "./declared.ts";
import { adminInputs, baselineInputs, EVERY_OPTION, EXTENSION_EXAMPLES, MEMBER, OUTSIDE, settings } from "./samples.ts";

const from = settings({ features: EVERY_OPTION });
const central = settings({
  features: { securityHub: { mode: "central", central: { policies: [{ name: "all", targets: [MEMBER] }] } } },
});

const stacks = [
  {
    stack: "admin",
    features: ADMIN_FEATURES,
    programs: [() => adminProgram(adminInputs({}, from)), () => adminProgram(adminInputs({}, central))],
  },
  {
    stack: `account-${MEMBER}`,
    features: BASELINE_FEATURES,
    programs: [
      () => baselineProgram(baselineInputs({ extensions: EXTENSION_EXAMPLES }, from)),
      () => baselineProgram(baselineInputs({ accountId: OUTSIDE }, from)),
    ],
  },
];

describe("the controls catalogue", () => {
  for (const { stack, features, programs } of stacks) {
    it(`has a feature for every type of resource of stack ${stack}, and no type that it lacks`, async () => {
      const resources = [];
      for (const program of programs) resources.push(...(await declare(program, stack)).resources);
      const declared = new Set(resources.map(({ type }) => type).filter((type) => !type.startsWith("pulumi:")));
      const named = new Set(features.flatMap(({ types }) => types));
      assert.deepEqual([...named].sort(), [...declared].sort());
    });
  }

  it("names controls that exist, by their numbers in CIS 5.0", () => {
    const known = new Map(controls.map((control) => [control.id, control.requirements.get("cis50")]));
    for (const { title, controls: satisfied, supports = [] } of [...ADMIN_FEATURES, ...BASELINE_FEATURES]) {
      const named = [...satisfied, ...supports];
      const isNoControls = MANIFESTS.some((one) => title === `Remediation: ${one.title}` && one.controls.length === 0);
      assert.equal(named.length > 0, !isNoControls, title);
      assert.equal(new Set(named.map((each) => JSON.stringify(each))).size, named.length, `${title} names one twice`);
      for (const { id, cis } of named) {
        if (id === undefined) {
          assert.match(cis ?? "", /^\d(\.\d+)+$/, title);
          assert.ok(![...known.values()].includes(cis), `${title}: Security Hub checks ${cis}`);
        } else {
          assert.ok(known.has(id), `${title}: there is no control ${id}`);
          assert.equal(cis, known.get(id), `${title}: ${id}`);
        }
      }
    }
  });

  it("is what docs/controls.md says: `make docs` writes it", () => {
    assert.equal(readFileSync(new URL("../../docs/controls.md", import.meta.url), "utf8"), controlsPage());
  });
});
