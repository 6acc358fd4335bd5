import assert from "node:assert/strict";
import { enabledRegions } from "../../stacks/aws/regions.ts";

describe("the regions of an account in GovCloud", () => {
  it("are known without a call, because Account Management has no endpoint there", async () => {
    const credentials = {
      accessKeyId: "none",
      secretAccessKey: "none",
      sessionToken: "none",
      expiration: "2030-01-01T00:00:00Z",
    };
    const asked = { accountId: "100000000001", credentials, region: "us-gov-west-1", endpoint: "http://127.0.0.1:9" };
    assert.deepEqual([...(await enabledRegions(asked))], ["us-gov-west-1", "us-gov-east-1"]);
  });
});
