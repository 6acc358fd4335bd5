import assert from "node:assert/strict";
import { IAMClient } from "@aws-sdk/client-iam";
import { SQS } from "@aws-sdk/client-sqs";
import { createOpenEventQueue } from "../../api/consumer/event-queue.ts";
import { json } from "../../api/store/connection.ts";
import { repairSessionPolicy } from "../../programs/bootstrap/response-session.ts";
import { bootstrapRoles } from "../../programs/bootstrap/roles.ts";
import { awsNames } from "../../programs/names.ts";
import type { RepairMessage } from "../../remediation/response/repair-message.ts";
import { createRoleChain } from "../../stacks/aws/role-chain.ts";
import { ensureRole } from "../../stacks/bootstrap/role.ts";
import { assume, type RunningSandbox, runSandbox, until } from "../sandbox/running-sandbox.ts";
import { adminOutputs, gate, settings } from "./fakes.ts";
import { type Serving, serve } from "./serving.ts";

const SECURITY = "222222222222";
const MEMBER = "100000000001";
const DEAD = awsNames.alertDeadLetters("repairs");

describe("repairs that the response asks for", function () {
  this.timeout(120_000);
  let sandbox: RunningSandbox;
  let serving: Serving;
  let sqs: SQS;
  let queueUrl: string;
  let deadUrl: string;
  let credentials: Parameters<typeof createOpenEventQueue>[0];

  before(async () => {
    sandbox = await runSandbox();
    const home = sandbox.root(SECURITY);
    sqs = new SQS({ ...home, useQueueUrlAsEndpoint: false });
    const place = { iam: new IAMClient(home), partition: "aws", accountId: SECURITY, region: "us-east-1" };
    for (const { accountId, role } of bootstrapRoles(settings, "o-bulwark0demo")) {
      if (accountId === SECURITY) await ensureRole(place, role);
    }
    deadUrl = (await sqs.createQueue({ QueueName: DEAD })).QueueUrl ?? "";
    const deadLetterTargetArn = `arn:aws:sqs:us-east-1:${SECURITY}:${DEAD}`;
    const made = await sqs.createQueue({
      QueueName: awsNames.repairs,
      Attributes: {
        VisibilityTimeout: "1",
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 }),
      },
    });
    queueUrl = made.QueueUrl ?? "";
    const service = await assume(sandbox, SECURITY, SECURITY, settings.roles.service);
    credentials = createRoleChain({ settings, endpoint: sandbox.url, credentials: service.credentials }).renewing({
      ...{ accountId: SECURITY, role: "deployment", operationId: "bulwark-repairs" },
      sessionPolicy: repairSessionPolicy(settings),
    });
  });
  after(async () => {
    sqs?.destroy();
    await sandbox?.close();
  });
  beforeEach(async () => {
    const openRepairQueue = createOpenEventQueue(credentials, sandbox.url);
    serving = await serve({ dependencies: { openRepairQueue } });
    const { body } = await serving.call("POST", "/accounts", { body: { accountId: MEMBER } });
    assert.equal((await serving.ended(body.id)).status, "succeeded");
    // From now on there is a response.
    const outputs = json({ ...adminOutputs, response: { repairsQueueUrl: queueUrl } });
    await serving.db.updateTable("stacks").set({ outputs }).where("name", "=", "admin").execute();
  });
  afterEach(() => serving.stop());

  const asked = (id: string, more: Partial<RepairMessage> = {}): RepairMessage => ({
    ...{ id, incident: id.slice(0, -2), accountId: MEMBER, remediation: "ebs-encryption-default" },
    ...{ reason: "new volumes are not encrypted", at: "2026-03-01T12:00:00.000Z" },
    ...more,
  });
  const send = (body: unknown) =>
    sqs.sendMessage({ QueueUrl: queueUrl, MessageBody: typeof body === "string" ? body : JSON.stringify(body) });
  const repairs = async () => (await serving.call("GET", "/operations?kind=repair")).body.items;
  const outcomes = async () =>
    Object.fromEntries(
      (await serving.db.selectFrom("receivedEvents").selectAll().where("detailType", "=", "Repair").execute()).map(
        ({ id, outcome }) => [id, outcome],
      ),
    );
  const taken = (...ids: string[]) =>
    until(outcomes, (found) => ids.every((id) => found[`repair:${id}`] !== undefined));
  const left = async () => {
    const AttributeNames = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
    const { Attributes = {} } = await sqs.getQueueAttributes({
      QueueUrl: queueUrl,
      AttributeNames: [...AttributeNames],
    });
    return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
  };

  it("become deployments that read what is live first, once for a message, and say what for", async () => {
    await send(asked("incident-a-1"));
    await send(asked("incident-a-1"));
    await taken("incident-a-1");
    await until(left, (count) => count === 0);
    const [operation, ...others] = await repairs();
    assert.deepEqual(others, []);
    const { kind, how, requestedBy, because, target } = operation;
    assert.deepEqual(
      [kind, how, requestedBy, because],
      [
        ...["repair", "event", "bulwark.response"],
        "incident incident-a (ebs-encryption-default): new volumes are not encrypted",
      ],
    );
    assert.deepEqual(target, { stack: `account-${MEMBER}`, accountId: MEMBER });
    const before = serving.runner.requests.length;
    assert.ok(before > 0);
    assert.equal((await serving.ended(operation.id)).status, "succeeded");
    const verbs = serving.runner.requests.filter(({ stack }) => stack === `account-${MEMBER}`).map(({ verb }) => verb);
    assert.ok(verbs.includes("refresh"), verbs.join());
    await send(asked("incident-a-1"));
    await until(left, (count) => count === 0);
    assert.equal((await repairs()).length, 1, "what comes late again starts nothing");
    const audit = (await serving.call("GET", "/audit?action=operation.repair")).body.items;
    assert.deepEqual(
      audit.map(({ actor }: { actor: string }) => actor),
      ["bulwark.response"],
    );
  });

  it("join one that waits for the same stack, and none that runs: that may have read before", async () => {
    const held = gate();
    serving.runner.behave = held.behave;
    await send(asked("incident-b-1"));
    await held.entered;
    await send(asked("incident-c-1"));
    await taken("incident-c-1");
    await send(asked("incident-d-1"));
    await taken("incident-d-1");
    assert.deepEqual(await outcomes(), {
      "repair:incident-b-1": "repairing",
      "repair:incident-c-1": "repairing",
      "repair:incident-d-1": "joined",
    });
    held.open();
    const operations = await repairs();
    assert.equal(operations.length, 2);
    const events = await serving.call("GET", `/operations/${operations[0].id}/events`);
    assert.match(events.text, /asked for by incident incident-d \(ebs-encryption-default\).* too/);
    for (const { id } of operations) assert.equal((await serving.ended(id)).status, "succeeded");
  });

  it("wait for an approval as any deployment does that would delete what is protected, and others wait with it", async () => {
    serving.runner.behave = ({ verb }) => {
      const urn = `urn:pulumi:account-${MEMBER}::bulwark::aws:guardduty/detector:Detector::detector`;
      const step = { urn, type: "aws:guardduty/detector:Detector", name: "detector", op: "delete" } as const;
      return verb === "preview"
        ? { changes: { create: 0, update: 0, replace: 0, delete: 1, same: 1, import: 0 }, steps: [step], baseHash: "1" }
        : {};
    };
    await send(asked("incident-e-1"));
    await until(repairs, ([found]) => found?.status === "awaiting_approval");
    await send(asked("incident-f-1"));
    await taken("incident-f-1");
    assert.equal((await outcomes())["repair:incident-f-1"], "joined");
    assert.equal((await repairs()).length, 1);
    assert.equal(serving.runner.requests.filter(({ verb }) => verb === "up").length, 1, "only the onboarding's");
  });

  it("are of the admin stack where that owns the setting, whose repairs wait for each other from whatever account they come", async () => {
    const held = gate();
    serving.runner.behave = held.behave;
    await send(asked("incident-l-1", { remediation: "organization-trail" }));
    await held.entered;
    await send(asked("incident-m-1", { remediation: "organization-trail" }));
    await taken("incident-m-1");
    const [second, first] = await repairs();
    for (const operation of [first, second]) assert.deepEqual(operation.target, { stack: "admin" });
    held.open();
    assert.equal((await serving.ended(first.id)).status, "succeeded");
    assert.equal((await serving.ended(second.id)).status, "succeeded");
  });

  it("are refused for accounts that nothing can be deployed to, and say why in the log", async () => {
    const held = gate();
    serving.runner.behave = held.behave;
    const { body } = await serving.call("DELETE", `/accounts/${MEMBER}?confirm=${MEMBER}`);
    await held.entered;
    await send(asked("incident-g-1"));
    await send(asked("incident-h-1", { accountId: "100000000009" }));
    await taken("incident-g-1", "incident-h-1");
    await until(left, (count) => count === 0);
    assert.deepEqual(Object.values(await outcomes()), ["refused", "refused"]);
    assert.deepEqual(await repairs(), []);
    assert.match(serving.log.join(""), new RegExp(`account ${MEMBER} is offboarding`));
    assert.match(serving.log.join(""), /account 100000000009 is not registered/);
    held.open();
    await serving.ended(body.id);
  });

  it("that nothing can be made of are left for the dead letters, and keep nobody waiting", async () => {
    await send("no json");
    await send({ ...asked("incident-i-1"), reason: "two\nlines" });
    await send(asked("incident-j-1", { remediation: "s3-tls-only" }));
    await send(asked("incident-k-1"));
    await taken("incident-k-1");
    const dead: string[] = [];
    await until(
      async () => {
        const { Messages = [] } = await sqs.receiveMessage({ QueueUrl: deadUrl, MaxNumberOfMessages: 10 });
        dead.push(...Messages.map(({ Body = "" }) => Body));
        return dead.length;
      },
      (count) => count >= 3,
    );
    assert.equal(dead.length, 3);
    assert.deepEqual(Object.keys(await outcomes()), ["repair:incident-k-1"]);
    assert.doesNotMatch(serving.log.join(""), /two.{1,2}lines/);
  });

  it("are taken by a session that can do nothing else than that", async () => {
    const keys = await credentials();
    const at = { ...sandbox.root(SECURITY), credentials: keys, useQueueUrlAsEndpoint: false };
    const own = new SQS(at);
    await assert.rejects(own.sendMessage({ QueueUrl: queueUrl, MessageBody: "{}" }), /AccessDenied|not authorized/);
    await assert.rejects(own.receiveMessage({ QueueUrl: deadUrl }), /AccessDenied|not authorized/);
    own.destroy();
  });
});
