import assert from "node:assert/strict";
import { notified } from "../../../remediation/forwarders/notification.ts";
import { incidentOf } from "../../../remediation/response/incident.ts";
import { asff, event, findingOf } from "../response/findings.ts";
import { incident } from "./incidents.ts";

const wrapped = (message: unknown) => JSON.stringify({ Type: "Notification", Message: JSON.stringify(message) });
const whose = async (accountId: string) => ({ owner: `owner of ${accountId}`, environment: "production", units: [] });

describe("what forwarders get", () => {
  it("is an incident of the response, in a notification or as it is", async () => {
    const one = incident(["detected", "asked"]);
    for (const body of [wrapped(one), JSON.stringify(one)]) {
      assert.deepEqual(await notified(body), { ok: true, incident: one });
    }
    const newer = JSON.stringify({ ...one, mood: "good" });
    assert.deepEqual(await notified(newer), { ok: true, incident: one }, "without what only newer routers know");
  });

  it("is the first version of the same incident where only Security Hub tells of it", async () => {
    const raw = event(asff());
    for (const body of [wrapped(raw), JSON.stringify(raw)]) {
      const read = await notified(body, whose);
      assert.ok(read.ok && read.incident !== null);
      const { id, version, status, owner, product, severity, control, resource, history } = read.incident;
      assert.equal(id, incidentOf(findingOf()).id);
      assert.deepEqual([version, status, severity, control, product], [1, "detected", "HIGH", "S3.8", "Security Hub"]);
      assert.deepEqual([owner, resource.id], ["owner of 100000000001", "arn:aws:s3:::statements"]);
      assert.deepEqual(history.length, 1);
      const again = await notified(JSON.stringify(read.incident));
      assert.deepEqual(again, read, "receivers take it");
    }
    const nobody = await notified(JSON.stringify(raw));
    assert.ok(nobody.ok && nobody.incident?.owner === null);
  });

  it("is nothing where the finding is over, and a reason where it is neither", async () => {
    for (const over of [
      { Compliance: { Status: "PASSED" } },
      { RecordState: "ARCHIVED" },
      { Workflow: { Status: "RESOLVED" } },
      { Workflow: { Status: "SUPPRESSED" } },
    ]) {
      assert.deepEqual(await notified(wrapped(event(asff(over)))), { ok: true, incident: null });
    }
    for (const [body, why] of [
      ["{", /is no JSON/],
      [JSON.stringify({ Type: "Notification", Message: "{" }), /is no JSON/],
      [wrapped({ id: "x" }), /is no incident/],
      [wrapped(event(asff({ AwsAccountId: "12" }))), /AwsAccountId/],
    ] as const) {
      const read = await notified(body);
      assert.ok(!read.ok && why.test(read.why), JSON.stringify(read));
    }
    const lost = notified(wrapped(event(asff())), () => Promise.reject(new Error("throttled")));
    await assert.rejects(lost, /throttled/);
  });
});
