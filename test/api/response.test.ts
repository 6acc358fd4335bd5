import assert from "node:assert/strict";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { IAMClient } from "@aws-sdk/client-iam";
import { type AwsSecurityFinding, SecurityHub } from "@aws-sdk/client-securityhub";
import { SQS } from "@aws-sdk/client-sqs";
import { SSM } from "@aws-sdk/client-ssm";
import { z } from "zod";
import { FindingPageBody } from "../../api/http/findings.ts";
import { KillSwitchBody } from "../../api/http/kill-switch.ts";
import { RemediationBody, RemediationDetailBody, RequestedBody } from "../../api/http/remediation-bodies.ts";
import { BacklogReportBody, ObservedReportBody, TimeToResolveReportBody } from "../../api/http/response-reports.ts";
import { Problem } from "../../api/problem.ts";
import { ofResponse } from "../../api/response/deployed.ts";
import { createResponseAws } from "../../api/response/response-of-organization.ts";
import { responseSessionPolicy } from "../../programs/bootstrap/response-session.ts";
import { bootstrapRoles } from "../../programs/bootstrap/roles.ts";
import { awsNames } from "../../programs/names.ts";
import { dynamodbLedger } from "../../remediation/response/dynamodb-ledger.ts";
import type { Ledger, State } from "../../remediation/response/ledger.ts";
import { RequestMessage } from "../../remediation/response/request-message.ts";
import { callAws } from "../../stacks/aws/call-error.ts";
import { createRoleChain, type RoleChain } from "../../stacks/aws/role-chain.ts";
import { ensureRole } from "../../stacks/bootstrap/role.ts";
import { findingOf } from "../remediation/response/findings.ts";
import { makeTable } from "../remediation/response/world.ts";
import { assume, type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { fakeAws, settings } from "./fakes.ts";
import { type CallOptions, type Serving, serve } from "./serving.ts";

const SECURITY = "222222222222";
const OURS = "100000000001";
const THEIRS = "100000000002";
const KILL_SWITCH = "/bulwark/response/kill-switch";
const idOf = (name: string) => Buffer.from(name.padEnd(16)).toString("hex");
const minutes = (count: number) => new Date(Date.UTC(2026, 2, 1, 12, count)).toISOString();

describe("the response, of which the API tells", function () {
  this.timeout(120_000);
  let sandbox: RunningSandbox;
  let serving: Serving;
  let chain: RoleChain;
  let ledger: Ledger;
  let sqs: SQS;
  const tokens: Record<string, string> = {};
  const now = new Date(minutes(60));

  before(async () => {
    sandbox = await runSandbox();
    const home = sandbox.root(SECURITY);
    sqs = new SQS({ ...home, useQueueUrlAsEndpoint: false });
    const place = { iam: new IAMClient(home), partition: "aws", accountId: SECURITY, region: "us-east-1" };
    for (const { accountId, role } of bootstrapRoles(settings, "o-bulwark0demo")) {
      if (accountId === SECURITY) await ensureRole(place, role);
    }
    const { credentials } = await assume(sandbox, SECURITY, SECURITY, settings.roles.service);
    chain = createRoleChain({ settings, endpoint: sandbox.url, credentials });
    const response = createResponseAws({ settings, chain, endpoint: sandbox.url });
    serving = await serve({ aws: { ...fakeAws(), response }, dependencies: { now: () => now } });
    for (const [name, role, accounts] of [
      ["clearing", "team", [OURS]],
      ["operations", "operator", undefined],
      ["board", "approver", undefined],
    ] as const) {
      const made = await serving.call("POST", "/tokens", { body: { name, role, ...(accounts && { accounts }) } });
      tokens[name] = made.body.token;
    }
    const hub = (accountId: string) => new SecurityHub(sandbox.root(accountId));
    await hub("111111111111").enableOrganizationAdminAccount({ AdminAccountId: SECURITY });
    await hub(SECURITY).createMembers({ AccountDetails: [{ AccountId: OURS }, { AccountId: THEIRS }] });
    for (const [account, names] of [
      [OURS, ["public-bucket", "open-port", "old-key"]],
      [THEIRS, ["their-bucket"]],
    ] as const) {
      const Findings = names.map((name, index) => imported(account, name, index));
      assert.deepEqual((await hub(account).batchImportFindings({ Findings })).FailedFindings ?? [], []);
    }
  });
  after(async () => {
    await serving?.stop();
    await sandbox?.close();
  });

  function imported(account: string, name: string, index: number): AwsSecurityFinding {
    return {
      ...{ SchemaVersion: "2018-10-08", Id: name, GeneratorId: "test", AwsAccountId: account },
      ProductArn: `arn:aws:securityhub:us-east-1:${account}:product/${account}/default`,
      ...{ CreatedAt: minutes(index), UpdatedAt: minutes(index), Title: name, Description: "It should not be" },
      Types: ["Software and Configuration Checks"],
      Severity: { Label: index === 0 ? "CRITICAL" : "LOW" },
      Compliance: { Status: "FAILED", SecurityControlId: `S3.${index}` },
      Resources: [{ Type: "AwsS3Bucket", Id: `arn:aws:s3:::${name}` }],
    };
  }

  const get = (path: string, token?: string) =>
    serving.call("GET", path, token === undefined ? {} : { token: tokens[token] ?? "" });
  const post = (path: string, token: string, options: CallOptions = {}) =>
    serving.call("POST", path, { ...options, token: tokens[token] ?? "" });

  /** An incident that came to a state, with what was or would be changed. */
  async function incident(name: string, account: string, state: State, at: number): Promise<string> {
    const id = idOf(name);
    const headline = {
      ...{ account, region: "us-east-1", title: name, control: "S3.8", severity: "HIGH" as const },
      resource: { type: "AwsS3Bucket", id: `arn:aws:s3:::${name}` },
    };
    const claim = await ledger.claim({ id, key: name, cause: "S3.8", headline }, minutes(0), new Date(minutes(at)), 60);
    assert.ok(claim.kind === "claimed");
    let { entry } = claim;
    const about = { remediation: "s3-public-access-block", finding: findingOf({ AwsAccountId: account }) };
    const change = { target: name, before: { closed: false }, after: { closed: true }, evidence: null };
    const line = { remediation: about.remediation, target: name, change, why: "it can be public" };
    const step = { at: minutes(at), why: `it is ${state}`, by: "Bulwark" };
    if (state === "verified") {
      const counted = { account: { name: account }, control: { name: "S3.8" }, action: { name: "close" } };
      const begun = await ledger.start(entry, step, { remediation: about.remediation, attempts: 1 }, counted, about);
      assert.ok(typeof begun !== "string");
      entry = await ledger.keep(begun, { ...line, epoch: 1, state: "verified" });
      await ledger.move(entry, { ...step, state }, "done", { verified: 1, attempts: 0 }, about);
    } else {
      entry = await ledger.keep(entry, { ...line, epoch: 0, state: "planned" });
      await ledger.move(entry, { ...step, state }, "done", {}, about);
    }
    return id;
  }

  async function received(): Promise<RequestMessage[]> {
    const { QueueUrl } = await sqs.getQueueUrl({ QueueName: awsNames.requests });
    const messages: RequestMessage[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
      if (Messages.length === 0) return messages;
      for (const { Body = "", ReceiptHandle } of Messages) {
        messages.push(RequestMessage.parse(JSON.parse(Body)));
        await sqs.deleteMessage({ QueueUrl, ReceiptHandle });
      }
    }
  }

  it("says what to do where it is not deployed", async () => {
    const paths = ["/remediations", `/remediations/${idOf("none")}`, "/reports/backlog"];
    for (const path of paths) {
      const { status, body } = await get(path);
      assert.deepEqual([status, body.type], [409, "/problems/response-not-deployed"], path);
      assert.match(body.detail, /POST \/admin\/deployments/);
    }
    const off = { features: { ...settings.features, remediations: { enabled: false, off: [] } } };
    const place = { activity: "reading", accountId: SECURITY, region: "us-east-1", call: "dynamodb:Query" };
    const absent = Object.assign(new Error("no table"), { name: "ResourceNotFoundException" });
    const asked = ofResponse(off, () => callAws(place, () => Promise.reject(absent)));
    await assert.rejects(asked, (error) => error instanceof Problem && /features\.remediations/.test(error.message));
  });

  describe("findings", () => {
    it("of members are those that Security Hub has, the latest changed first, filtered, in pages", async () => {
      const titles = async (query = "", token?: string) =>
        (await get(`/findings?limit=100${query}`, token)).body.items.map(({ title }: { title: string }) => title);
      const all = await get("/findings");
      z.strictObject(FindingPageBody.shape).parse(all.body);
      assert.deepEqual((await titles()).slice(0, 2), ["old-key", "open-port"]);
      assert.equal(all.body.items.length, 4);
      assert.deepEqual(await titles(`&account=${THEIRS}`), ["their-bucket"]);
      assert.deepEqual(await titles(`&severity=CRITICAL&account=${OURS}`), ["public-bucket"]);
      assert.deepEqual(await titles("&control=S3.2"), ["old-key"]);
      assert.deepEqual(await titles("&workflow=RESOLVED"), []);
      assert.deepEqual(await titles("&recordState=ARCHIVED"), []);
      const seen: string[] = [];
      for (let cursor: string | null = ""; cursor !== null; ) {
        const { body } = await get(`/findings?limit=3${cursor && `&cursor=${cursor}`}`);
        seen.push(...body.items.map(({ title }: { title: string }) => title));
        cursor = body.nextCursor;
      }
      assert.deepEqual(seen.toSorted(), ["old-key", "open-port", "public-bucket", "their-bucket"]);
    });

    it("of other teams are none of a team's, also by a cursor that was somebody else's", async () => {
      const own = (await get("/findings", "clearing")).body.items;
      assert.deepEqual(new Set(own.map(({ account }: { account: string }) => account)), new Set([OURS]));
      assert.deepEqual((await get(`/findings?account=${THEIRS}`, "clearing")).body.items, []);
      const { nextCursor } = (await get("/findings?limit=3")).body;
      assert.equal((await get(`/findings?limit=3&cursor=${nextCursor}`, "clearing")).status, 400);
    });
  });

  describe("incidents", () => {
    const ids: Record<string, string> = {};
    before(async () => {
      const client = new DynamoDBClient(sandbox.root(SECURITY));
      await makeTable(client, awsNames.incidents);
      ledger = dynamodbLedger(client, awsNames.incidents);
      await sqs.createQueue({ QueueName: awsNames.requests });
      for (const [index, [name, account, state]] of (
        [
          ["ours-asked", OURS, "asked"],
          ["ours-closed", OURS, "verified"],
          ["ours-seen", OURS, "observed"],
          ["ours-told", OURS, "alerted"],
          ["theirs-asked", THEIRS, "asked"],
          ["theirs-closed", THEIRS, "verified"],
        ] as const
      ).entries()) {
        ids[name] = await incident(name, account, state, 10 + index);
      }
    });
    const titles = async (query: string, token?: string) =>
      (await get(`/remediations?${query}`, token)).body.items.map(({ title }: { title: string }) => title);

    it("are listed by shelf, account and state, the newest first, in pages that miss nothing", async () => {
      const open = ["theirs-asked", "ours-told", "ours-seen", "ours-asked"];
      assert.deepEqual(await titles(""), open);
      assert.deepEqual(await titles("shelf=closed"), ["theirs-closed", "ours-closed"]);
      assert.deepEqual(await titles(`account=${OURS}`), open.slice(1));
      assert.deepEqual(await titles("state=asked"), ["theirs-asked", "ours-asked"]);
      assert.deepEqual(await titles("", "clearing"), open.slice(1));
      assert.deepEqual(await titles(`account=${THEIRS}`, "clearing"), []);
      for (const filter of ["", `&account=${OURS}`]) {
        const seen: string[] = [];
        for (let cursor: string | null = ""; cursor !== null; ) {
          const { body } = await get(`/remediations?limit=1${filter}${cursor && `&cursor=${cursor}`}`);
          for (const item of body.items) seen.push(z.strictObject(RemediationBody.shape).parse(item).title);
          cursor = body.nextCursor;
        }
        assert.deepEqual(seen, filter === "" ? open : open.slice(1));
      }
      const { nextCursor } = (await get("/remediations?limit=1")).body;
      for (const cursor of [nextCursor, "garbage"]) {
        const { status, body } = await get(`/remediations?shelf=closed&cursor=${cursor}`);
        assert.deepEqual([status, body.errors[0].field], [400, "cursor"]);
      }
    });

    it("tell one by one what was found, done and changed, before and after, with an ETag", async () => {
      const found = await get(`/remediations/${ids["ours-closed"]}`);
      const detail = z.strictObject(RemediationDetailBody.shape).parse(found.body);
      assert.deepEqual(
        detail.changes.map(({ change, state, before, after }) => ({ change, state, before, after })),
        [{ change: 1, state: "verified", before: { closed: false }, after: { closed: true } }],
      );
      assert.deepEqual(
        detail.history.map(({ state }) => state),
        ["started", "verified"],
      );
      assert.deepEqual([detail.undoable, detail.answeredBy], [true, "s3-public-access-block"]);
      assert.equal((found.body.finding as AwsSecurityFinding).AwsAccountId, OURS);
      const etag = found.headers.get("etag") ?? "";
      const path = `/remediations/${ids["ours-closed"]}`;
      assert.equal((await serving.call("GET", path, { headers: { "if-none-match": etag } })).status, 304);
      for (const id of [ids["theirs-closed"], idOf("nothing"), "nonsense"]) {
        assert.equal((await get(`/remediations/${id}`, "clearing")).status, 404, id);
      }
    });

    it("are asked for once by a message to the responder, with who asked, and are in the audit", async () => {
      const at = now.toISOString();
      for (const [verb, name, who] of [
        ["approve", "ours-asked", "board"],
        ["reject", "theirs-asked", "board"],
        ["undo", "ours-closed", "operations"],
        ["suppress", "ours-seen", "operations"],
        ["acknowledge", "ours-told", "clearing"],
      ] as const) {
        const path = `/remediations/${ids[name]}/${verb}`;
        const answer = await post(path, who, { headers: { "x-request-id": `request-${verb}` } });
        assert.equal(answer.status, 202, answer.text);
        const requested = z.strictObject(RequestedBody.shape).parse(answer.body);
        const [message, ...more] = await received();
        const { id } = requested;
        assert.deepEqual(message, { id, kind: verb, incident: ids[name], who, source: "api", at });
        assert.deepEqual(more, []);
        const audited = (await get(`/audit?target=${ids[name]}`)).body.items;
        assert.deepEqual(
          audited.map(({ actor, action, requestId, detail }: Record<string, { request: string }>) => [
            ...[actor, action, requestId, detail?.request],
          ]),
          [[who, `remediation.${verb}`, `request-${verb}`, id]],
        );
      }
    });

    it("are asked for under the same id when a request is sent again, whoever else has used its key", async () => {
      const path = `/remediations/${ids["ours-asked"]}/approve`;
      const headers = { "idempotency-key": "4711" };
      const first = await post(path, "board", { headers });
      const again = await post(path, "board", { headers });
      assert.deepEqual([again.status, again.body], [202, first.body]);
      assert.equal(again.headers.get("idempotency-replayed"), "true");
      const other = await serving.call("POST", path, { headers });
      assert.notEqual(other.body.id, first.body.id);
      const messages = (await received()).map(({ id }) => id);
      assert.deepEqual(messages, [first.body.id, other.body.id]);
      for (const id of messages) assert.match(id, /^api:[0-9a-f]{64}$/);
    });

    it("are asked for nothing that can't be, that others have seen otherwise, or that is another team's", async () => {
      const { length: before } = (await get("/audit?limit=500")).body.items;
      for (const [verb, name, who, status, tells] of [
        ["approve", "ours-closed", "board", 409, /asks nothing: it is verified/],
        ["reject", "ours-told", "board", 409, /asks nothing: it is alerted/],
        ["undo", "ours-asked", "operations", 409, /no verified change/],
        ["suppress", "ours-closed", "operations", 409, /needs nobody/],
        ["acknowledge", "ours-closed", "clearing", 409, /needs nobody/],
        ["acknowledge", "theirs-asked", "clearing", 404, /no incident/],
        ["undo", "ours-closed", "clearing", 403, /takes one of: operator, approver, administrator/],
        ["approve", "ours-asked", "operations", 403, /takes one of: approver, administrator/],
      ] as const) {
        const answer = await post(`/remediations/${ids[name]}/${verb}`, who);
        assert.equal(answer.status, status, answer.text);
        assert.match(answer.body.detail, tells);
      }
      const path = `/remediations/${ids["ours-asked"]}/approve`;
      const etag = (await get(`/remediations/${ids["ours-asked"]}`)).headers.get("etag") ?? "";
      assert.equal((await post(path, "board", { headers: { "if-match": '"other"' } })).status, 412);
      assert.deepEqual(await received(), []);
      assert.equal((await get("/audit?limit=500")).body.items.length, before);
      assert.equal((await post(path, "board", { headers: { "if-match": etag } })).status, 202);
      assert.equal((await received()).length, 1);
    });

    it("are counted in reports, a team's own for a team", async () => {
      const report = async (body: z.ZodObject, name: string, token?: string) => {
        const answer = await get(`/reports/${name}`, token);
        assert.equal(answer.status, 200, answer.text);
        assert.equal(answer.body.complete, true);
        return z.strictObject(body.shape).parse(answer.body);
      };
      assert.deepEqual((await report(ObservedReportBody, "observed")).rows, [
        {
          ...{ remediation: "s3-public-access-block", control: "S3.8", account: OURS },
          ...{ incidents: 1, changes: 1, left: 0 },
        },
      ]);
      const times = await report(TimeToResolveReportBody, "time-to-resolve");
      assert.equal(times.incidents, 2);
      const [row] = times.rows as { control: string; count: number; longest: number }[];
      assert.deepEqual([row?.control, row?.count], ["S3.8", 2]);
      assert.equal((await report(TimeToResolveReportBody, "time-to-resolve", "clearing")).incidents, 1);
      const backlogs = (token?: string) => report(BacklogReportBody, "backlog", token);
      const accounts = async (token?: string) =>
        ((await backlogs(token)).rows as { account: string; count: number }[]).map(({ account, count }) => [
          ...[account, count],
        ]);
      assert.deepEqual(await accounts(), [
        [OURS, 3],
        [THEIRS, 1],
      ]);
      assert.deepEqual(await accounts("clearing"), [[OURS, 3]]);
    });

    it("are reached by a session that can do nothing else than that", async () => {
      const sessionPolicy = responseSessionPolicy(settings);
      assert.ok(sessionPolicy.length <= 2048);
      const credentials = await chain.sessionFor({
        ...{ accountId: SECURITY, role: "deployment", operationId: "test", sessionPolicy },
      });
      const { expiration: _, ...keys } = credentials;
      const at = { ...sandbox.root(SECURITY), credentials: keys };
      const denied = async (asked: Promise<unknown>) =>
        assert.rejects(asked, (error) => error instanceof Error && /AccessDenied/.test(error.name));
      const Item = { pk: { S: "1" }, sk: { S: "1" } };
      await denied(new DynamoDBClient(at).send(new PutItemCommand({ TableName: awsNames.incidents, Item })));
      await denied(new SSM(at).putParameter({ Name: "/bulwark/response/policy", Value: "{}", Type: "String" }));
      const ownSqs = new SQS({ ...at, useQueueUrlAsEndpoint: false });
      const { QueueUrl } = await ownSqs.getQueueUrl({ QueueName: awsNames.requests });
      await denied(ownSqs.receiveMessage({ QueueUrl }));
      await denied(
        new SecurityHub(at).batchUpdateFindings({ FindingIdentifiers: [{ Id: "1", ProductArn: "arn:aws:x" }] }),
      );
    });
  });

  describe("the kill switch", () => {
    const put = (body: object, headers = {}) =>
      serving.call("PUT", "/response/kill-switch", { token: tokens.board ?? "", body, headers });

    it("is off until it was set, and then is a parameter with who set it and why", async () => {
      const before = await get("/response/kill-switch");
      assert.deepEqual(before.body, { on: false });
      const set = await put({ on: true, reason: "a drill" }, { "if-match": before.headers.get("etag") ?? "" });
      assert.equal(set.status, 200, set.text);
      const expected = { on: true, reason: "a drill", by: "board", at: now.toISOString() };
      const ssm = new SSM(sandbox.root(SECURITY));
      const { Parameter } = await ssm.getParameter({ Name: KILL_SWITCH });
      assert.deepEqual(JSON.parse(Parameter?.Value ?? ""), expected);
      const found = await get("/response/kill-switch");
      assert.deepEqual(z.strictObject(KillSwitchBody.shape).parse(found.body), expected);
      assert.equal(found.headers.get("etag"), set.headers.get("etag"));
      assert.equal((await put({ on: false, reason: "seen before" }, { "if-match": '"x"' })).status, 412);
      assert.equal((await put({ on: false, reason: "over" })).body.on, false);
      const audited = (await get("/audit?action=response.kill-switch")).body.items;
      assert.deepEqual(
        audited.map(({ actor, detail }: { actor: string; detail: object }) => [actor, detail]),
        [
          ["board", { on: false, reason: "over", before: true }],
          ["board", { on: true, reason: "a drill", before: false }],
        ],
      );
    });

    it("counts as on where nobody can read it, and can be set anew", async () => {
      await new SSM(sandbox.root(SECURITY)).putParameter({ Name: KILL_SWITCH, Value: "on!", Overwrite: true });
      const { body } = await get("/response/kill-switch");
      assert.equal(body.on, true);
      assert.match(body.reason, /can't be read/);
      assert.equal((await put({ on: false, reason: "mended" })).body.on, false);
    });
  });
});
