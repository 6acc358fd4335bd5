import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { endMemberships } from "../../stacks/aws/memberships.ts";

const accountId = "100000000001";
const credentials = { accessKeyId: "test", secretAccessKey: "test", sessionToken: "test", expiration: "2030-01-01" };
const notAssociated = "The request is rejected because the given account ID is not an associated member.";
const forAll = "The request is rejected because the auto-enable preference is ALL.";

interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly body: object;
}

describe("ending memberships", () => {
  let server: Server;
  let endpoint: string;
  let disassociated: Answer;
  let relationship: string | undefined;
  const calls: string[] = [];

  before(async () => {
    server = createServer((request, response) => {
      const path = request.url ?? "";
      calls.push(path);
      const member = { AccountId: accountId, MasterId: "222222222222", Email: "a@b.example", UpdatedAt: "now" };
      const Members = relationship === undefined ? [] : [{ ...member, RelationshipStatus: relationship }];
      const answer: Answer = path.endsWith("/member/get")
        ? { body: { members: Members.map(lowerCased), unprocessedAccounts: [] } }
        : path.endsWith("/member/disassociate")
          ? disassociated
          : { body: {} };
      const { status = 200, type, body } = answer;
      response.writeHead(status, {
        "content-type": "application/json",
        ...(type === undefined ? {} : { "x-amzn-errortype": type }),
      });
      response.end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());
  beforeEach(() => {
    calls.length = 0;
    relationship = undefined;
    disassociated = { body: { unprocessedAccounts: [] } };
  });

  const end = () =>
    endMemberships({
      accountId,
      security: { accountId: "222222222222", credentials },
      memberships: [{ region: "us-east-1", securityHub: true, guardDutyDetectorId: "d0" }],
      endpoint,
    });
  const unprocessed = (result: string) => ({ body: { unprocessedAccounts: [{ accountId, result }] } });

  it("leaves GuardDuty, then Security Hub", async () => {
    assert.deepEqual(await end(), []);
    assert.deepEqual(calls, ["/detector/d0/member/disassociate", "/members/disassociate"]);
  });

  it("passes over what has ended already", async () => {
    disassociated = unprocessed(notAssociated);
    for (const status of [undefined, "Removed"]) {
      relationship = status;
      assert.deepEqual(await end(), [], status);
    }
    disassociated = { status: 400, type: "BadRequestException", body: { message: notAssociated } };
    assert.deepEqual(await end(), []);
  });

  it("tells what GuardDuty keeps, in whichever way it refuses, and leaves Security Hub alone then", async () => {
    relationship = "Enabled";
    const kept = [{ region: "us-east-1", service: "guardduty.amazonaws.com", reason: forAll }];
    disassociated = unprocessed(forAll);
    assert.deepEqual(await end(), kept);
    disassociated = { status: 400, type: "BadRequestException", body: { message: forAll } };
    assert.deepEqual(await end(), kept);
    assert.ok(!calls.includes("/members/disassociate"));
  });

  it("fails where AWS refuses the caller", async () => {
    disassociated = { status: 403, type: "AccessDeniedException", body: { message: "not authorized" } };
    await assert.rejects(end(), { name: "AwsCallError", failure: "access_denied" });
  });
});

/** GuardDuty's own spelling on the wire. */
function lowerCased(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key[0]?.toLowerCase() + key.slice(1), value]),
  );
}
