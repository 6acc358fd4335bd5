import assert from "node:assert/strict";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { readStandingControls } from "../../stacks/inventory/standing-controls.ts";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";

const accountId = "100000000001";
const FSBP = "arn:aws:securityhub:us-east-1::standards/aws-foundational-security-best-practices/v/1.0.0";

describe("reading the controls of standards", () => {
  let sandbox: RunningSandbox;
  let hub: SecurityHub;
  before(async () => {
    sandbox = await runSandbox();
    hub = new SecurityHub(sandbox.root(accountId));
  });
  after(async () => {
    hub?.destroy();
    await sandbox?.close();
  });

  const read = () => {
    const { endpoint, credentials } = sandbox.root(accountId);
    const session = { ...credentials, sessionToken: "", expiration: "2030-01-01T00:00:00Z" };
    const request = { partition: "aws", regions: ["us-east-1"], standards: ["fsbp-1.0.0", "cis-5.0.0"] } as const;
    return readStandingControls({ accountId, credentials: session, endpoint }, request);
  };

  it("tells nothing where Security Hub is off", async () => {
    assert.deepEqual(await read(), []);
  });

  it("tells of every control of a standard that is on, and which somebody has switched off, and why", async () => {
    await hub.enableSecurityHub({ EnableDefaultStandards: false });
    assert.deepEqual(await read(), []);
    await hub.batchEnableStandards({ StandardsSubscriptionRequests: [{ StandardsArn: FSBP }] });
    let found = await read();
    for (let tries = 0; found.length === 0 && tries < 100; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      found = await read();
    }
    assert.ok(found.length > 50, `${found.length} controls`);
    assert.equal(new Set(found.map(({ controlId }) => controlId)).size, found.length);
    assert.ok(found.every(({ standard, status }) => standard === "fsbp-1.0.0" && status === "ENABLED"));
    await hub.batchUpdateStandardsControlAssociations({
      StandardsControlAssociationUpdates: [
        { StandardsArn: FSBP, SecurityControlId: "S3.8", AssociationStatus: "DISABLED", UpdatedReason: "By hand" },
      ],
    });
    assert.deepEqual(
      (await read()).filter(({ status }) => status === "DISABLED"),
      [{ controlId: "S3.8", standard: "fsbp-1.0.0", region: "us-east-1", status: "DISABLED", reason: "By hand" }],
    );
  });
});
