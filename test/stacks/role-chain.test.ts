import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { OrganizationSettings } from "../../programs/settings.ts";
import { createRoleChain, type RoleChain } from "../../stacks/aws/role-chain.ts";

const settings = OrganizationSettings.parse({
  homeRegion: "us-east-1",
  regions: ["us-east-1"],
  accounts: { management: "111111111111", security: "222222222222", logArchive: "333333333333" },
});

describe("the role chain", () => {
  let sts: Server;
  let chain: RoleChain;
  let sessions = 0;
  let refuses = false;

  before(async () => {
    sts = createServer((_, response) => {
      if (refuses) {
        const error = "<Error><Code>AccessDenied</Code><Message>not allowed</Message></Error>";
        response.writeHead(403, { "content-type": "text/xml" }).end(`<ErrorResponse>${error}</ErrorResponse>`);
        return;
      }
      sessions++;
      const credentials = `<AccessKeyId>AKIA${sessions}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration>`;
      const result = `<AssumeRoleResult><Credentials>${credentials}</Credentials></AssumeRoleResult>`;
      response.writeHead(200, { "content-type": "text/xml" }).end(`<AssumeRoleResponse>${result}</AssumeRoleResponse>`);
    }).listen(0, "127.0.0.1");
    await once(sts, "listening");
    const endpoint = `http://127.0.0.1:${(sts.address() as AddressInfo).port}`;
    chain = createRoleChain({ settings, endpoint, credentials: { accessKeyId: "a", secretAccessKey: "b" } });
  });
  after(() => {
    sts.closeAllConnections();
    sts.close();
  });

  const ask = (operationId: string, sessionPolicy?: string) =>
    chain.sessionFor({
      ...{ accountId: "100000000001", role: "deployment" as const, operationId },
      ...(sessionPolicy === undefined ? {} : { sessionPolicy }),
    });

  it("gives one session to all that an operation asks of one role at about the same time", async () => {
    const [one, other] = await Promise.all([ask("op-1"), ask("op-1")]);
    assert.equal(one, other);
    assert.equal(await ask("op-1"), one);
    assert.equal(sessions, 1);
  });

  it("never gives a session to another operation, or with other rights", async () => {
    const mine = await ask("op-2");
    const narrowed = await ask("op-2", '{"Version":"2012-10-17","Statement":[]}');
    const others = await ask("op-3");
    const keys = [mine, narrowed, others].map(({ accessKeyId }) => accessKeyId);
    assert.equal(new Set(keys).size, 3);
  });

  it("asks again after a refusal", async () => {
    refuses = true;
    await assert.rejects(ask("op-4"), /assuming role BulwarkDeployment in account 100000000001/);
    refuses = false;
    assert.match((await ask("op-4")).accessKeyId, /^AKIA/);
  });
});
