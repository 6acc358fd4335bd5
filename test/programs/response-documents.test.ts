import assert from "node:assert/strict";
import { baselineProgram } from "../../programs/baseline/program.ts";
import { remediationTrust } from "../../programs/remediation-role.ts";
import { documentName } from "../../remediation/automation/document.ts";
import { automationsOf } from "../../remediation/automations.ts";
import { MANIFESTS } from "../../remediation/manifests.ts";
import { type Declaration, declare } from "./declared.ts";
import { baselineInputs, MEMBER, settings } from "./samples.ts";

const ofDocuments = ({ resources }: Declaration) =>
  resources.filter(({ name }) => name.startsWith("response-document-"));
const baseline = (from = settings()) => declare(() => baselineProgram(baselineInputs({}, from)), `account-${MEMBER}`);

describe("the runbooks of the remediations in the baseline", () => {
  it("stand in every region of the member, and work as their remediation's own role", async () => {
    const declared = await baseline();
    let documents = 0;
    for (const manifest of MANIFESTS) {
      for (const plan of automationsOf(manifest)) {
        const name = documentName(manifest, plan);
        for (const region of ["us-east-1", "us-west-2"]) {
          documents += 1;
          const { type, provider, inputs } = declared.named(`response-document-${name}-${region}`);
          assert.deepEqual([type, provider], ["aws:ssm/document:Document", `aws-${MEMBER}`]);
          const { content, ...rest } = inputs;
          const tags = { ManagedBy: "Bulwark" };
          assert.deepEqual(rest, { region, name, documentType: "Automation", documentFormat: "JSON", tags });
          const { assumeRole, parameters } = JSON.parse(String(content));
          assert.equal(assumeRole, "{{ AutomationAssumeRole }}");
          assert.equal(
            parameters.AutomationAssumeRole.default,
            `arn:aws:iam::${MEMBER}:role/BulwarkRemediation-${manifest.name}`,
          );
        }
      }
    }
    assert.ok(documents > 0);
    assert.equal(ofDocuments(declared).length, documents);
  });

  it("go with the remediations that are switched off", async () => {
    for (const remediations of [{ enabled: false }, { off: MANIFESTS.map(({ name }) => name) }]) {
      assert.deepEqual(ofDocuments(await baseline(settings({ features: { remediations } }))), []);
    }
  });

  it("leave a role without one closed to Systems Manager", () => {
    const without = JSON.stringify(remediationTrust(baselineInputs()));
    assert.ok(!without.includes("ssm.amazonaws.com"));
  });
});
