import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Sought } from "../../programs/recovery/sought.ts";
import { RESOURCE_TAG } from "../../programs/recovery/tag.ts";
import { findKey } from "../../stacks/recovery/kms.ts";

const ACCOUNT = "333333333333";
const tags = { [RESOURCE_TAG]: "admin/evidence-key-us-east-1" };
const sought = { type: "aws:kms/key:Key", name: "evidence-key-us-east-1", accountId: ACCOUNT, inputs: { tags } };

/** AWS's words for a refusal, as its IAM User Guide lists them. */
const refusal = (reason: string) => ({
  __type: "AccessDeniedException",
  message: `User: arn:aws:sts::${ACCOUNT}:assumed-role/bulwark/op-1 is not authorized to perform: kms:ListResourceTags on resource: arn:aws:kms:us-east-1:${ACCOUNT}:key/locked because ${reason}`,
});

describe("looking for a key among others", () => {
  let server: Server;
  let endpoint: string;
  let locked: object;
  before(async () => {
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        const call = String(request.headers["x-amz-target"]).split(".")[1];
        const { KeyId } = JSON.parse(body);
        const answer =
          call === "ListKeys"
            ? { Keys: [{ KeyId: "locked" }, { KeyId: "ours" }] }
            : call === "DescribeKey"
              ? { KeyMetadata: { KeyId, KeyState: "Enabled", CreationDate: 1 } }
              : KeyId === "locked"
                ? locked
                : { Tags: Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })) };
        response.writeHead("__type" in answer ? 400 : 200, { "content-type": "application/x-amz-json-1.1" });
        response.end(JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server?.close());

  const find = () => {
    const credentials = { accessKeyId: "a", secretAccessKey: "s", sessionToken: "t", expiration: new Date() };
    const reading = { accountId: ACCOUNT, credentials, endpoint };
    return findKey(reading as never, "us-east-1", sought as unknown as Sought, new Set());
  };

  for (const reason of [
    "no resource-based policy allows the kms:ListResourceTags action",
    "with an explicit deny in a resource-based policy",
  ]) {
    it(`passes over one whose own policy keeps Bulwark out: ${reason}`, async () => {
      locked = refusal(reason);
      assert.equal(await find(), "ours");
    });
  }

  for (const reason of [
    "no identity-based policy allows the kms:ListResourceTags action",
    "no permissions boundary allows the kms:ListResourceTags action",
    "no service control policy allows the kms:ListResourceTags action",
  ]) {
    it(`stops where a right is missing, and names the call: ${reason}`, async () => {
      locked = refusal(reason);
      await assert.rejects(find(), { failure: "access_denied", call: "kms:ListResourceTags", accountId: ACCOUNT });
    });
  }
});
