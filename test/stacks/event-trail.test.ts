import assert from "node:assert/strict";
import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { logsOrganizationEvents } from "../../stacks/bootstrap/event-trail.ts";

interface Trail {
  readonly IsLogging: boolean;
  readonly EventSelectors?: readonly object[];
  readonly AdvancedEventSelectors?: readonly object[];
}

/** A CloudTrail that has these trails. */
function cloudTrailWith(...trails: readonly Trail[]): CloudTrailClient {
  const client = new CloudTrailClient({
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  client.send = async (command: { input: { Name?: string; TrailName?: string } }) => {
    const { Name, TrailName } = command.input;
    const named = Name ?? TrailName;
    return named === undefined
      ? { trailList: trails.map((_, index) => ({ TrailARN: String(index) })) }
      : trails[Number(named)];
  };
  return client;
}

const all = { ReadWriteType: "All", IncludeManagementEvents: true };
const advanced = (...FieldSelectors: object[]) => ({ FieldSelectors });
const management = { Field: "eventCategory", Equals: ["Management"] };

describe("the trail that events of new accounts need", () => {
  it("is one that logs what is done to the organization", async () => {
    assert.ok(await logsOrganizationEvents(cloudTrailWith({ IsLogging: true, EventSelectors: [all] })));
    const writes = { ...all, ReadWriteType: "WriteOnly" };
    assert.ok(await logsOrganizationEvents(cloudTrailWith({ IsLogging: true, EventSelectors: [writes] })));
    const selector = advanced(management, { Field: "eventSource", NotEquals: ["kms.amazonaws.com"] });
    const late = [
      { IsLogging: false, EventSelectors: [all] },
      { IsLogging: true, AdvancedEventSelectors: [selector] },
    ];
    assert.ok(await logsOrganizationEvents(cloudTrailWith(...late)));
  });

  for (const [what, trails] of Object.entries<readonly Trail[]>({
    "there is none": [],
    "it is stopped": [{ IsLogging: false, EventSelectors: [all] }],
    "it logs data events only": [{ IsLogging: true, EventSelectors: [{ ...all, IncludeManagementEvents: false }] }],
    "it logs reads only": [{ IsLogging: true, EventSelectors: [{ ...all, ReadWriteType: "ReadOnly" }] }],
    "it selects data events only": [
      { IsLogging: true, AdvancedEventSelectors: [advanced({ Field: "eventCategory", Equals: ["Data"] })] },
    ],
    "it selects reads only": [
      { IsLogging: true, AdvancedEventSelectors: [advanced(management, { Field: "readOnly", Equals: ["true"] })] },
    ],
  })) {
    it(`is missing where ${what}`, async () => {
      assert.equal(await logsOrganizationEvents(cloudTrailWith(...trails)), false);
    });
  }
});
