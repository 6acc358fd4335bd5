import assert from "node:assert/strict";
import { adminProgram } from "../../programs/admin/program.ts";
import type { PolicyDocument, Statement } from "../../programs/bootstrap/policy-document.ts";
import { bootstrapRoles } from "../../programs/bootstrap/roles.ts";
import { OrganizationSettings } from "../../programs/settings.ts";
import { type Declaration, declare, type Registered, upstreamOf } from "./declared.ts";
import { adminInputs, forwarders, SECURITY, settings } from "./samples.ts";

const HOME = "us-east-1";
const ALL = forwarders({ partition: "aws", homeRegion: HOME });
const arnOf = (service: string, resource: string) => `arn:aws:${service}:${HOME}:${SECURITY}:${resource}`;
const withResponse = (response: object, more: object = {}) =>
  declare(() => adminProgram(adminInputs({}, settings({ features: { response, ...more } }))), "admin");
const isOfResponse = ({ name }: Registered) => name.startsWith("response-") && !/^response-role(-policy)?$/.test(name);
const statementsOf = ({ inputs }: Registered): readonly Statement[] =>
  (JSON.parse(String(inputs.policy)) as PolicyDocument).Statement;

describe("the response in the admin stack", () => {
  let declared: Declaration;
  before(async () => {
    declared = await withResponse(ALL);
  });
  const named = (name: string) => declared.named(name);
  const rightsOf = (name: string) => statementsOf(named(`response-${name}-role-policy`));
  const actionsOf = (name: string) => rightsOf(name).flatMap(({ Action = [] }) => Action);

  it("stands in the security account's home region", () => {
    const all = declared.resources.filter(isOfResponse);
    for (const { name, inputs, provider, type } of all) {
      assert.equal(provider, `aws-${SECURITY}`, name);
      if (!type.startsWith("aws:iam/")) assert.equal(inputs.region, HOME, name);
    }
  });

  it("has the functions that the settings ask for, and each forwarder only where it is configured", async () => {
    const functions = ({ ofType }: Declaration) =>
      ofType("aws:lambda/function:Function")
        .map(({ inputs }) => inputs.name)
        .sort();
    const always = ["bulwark-responder", "bulwark-watch"];
    assert.deepEqual(
      functions(declared),
      [...always, "bulwark-service-desk", "bulwark-slack", "bulwark-slack-clicks", "bulwark-splunk"].sort(),
    );
    assert.deepEqual(functions(await withResponse({})), always);
    assert.deepEqual(functions(await withResponse({ splunk: ALL.splunk })), [...always, "bulwark-splunk"].sort());
    for (const off of [{ alerts: { enabled: false } }, { remediations: { enabled: false } }]) {
      const without = await withResponse(ALL, off);
      assert.deepEqual(without.resources.filter(isOfResponse), []);
      assert.equal(without.outputs.response, undefined);
    }
    assert.deepEqual((await withResponse({ ...ALL, enabled: false })).resources.filter(isOfResponse), []);
  });

  it("takes its messages from queues of its own, and each comes back alone when it failed", () => {
    const feeds = declared.ofType("aws:lambda/eventSourceMapping:EventSourceMapping").map(({ inputs }) => {
      assert.deepEqual(inputs.functionResponseTypes, ["ReportBatchItemFailures"]);
      return [inputs.eventSourceArn, String(inputs.functionName)];
    });
    const fed = (queue: string, name: string) => [
      arnOf("sqs", `bulwark-${queue}`),
      `arn:test:response-${name}-${HOME}`,
    ];
    assert.deepEqual(feeds.sort(), [
      fed("forward", "splunk"),
      fed("requests", "responder"),
      fed("respond", "responder"),
      fed("service-desk", "service-desk"),
      fed("slack", "slack"),
    ]);
  });

  it("hides a message for six times as long as a function may take, and gives it a thousand tries, and a repair as many as take two hours", () => {
    for (const name of ["requests", "repairs", "slack", "service-desk"]) {
      const { inputs } = named(`response-queue-${name}-${HOME}`);
      const { maxReceiveCount } = JSON.parse(String(inputs.redrivePolicy)) as { maxReceiveCount: number };
      assert.deepEqual([inputs.visibilityTimeoutSeconds, inputs.messageRetentionSeconds], [360, 1_209_600]);
      assert.equal(maxReceiveCount, name === "repairs" ? 20 : 1000);
      assert.equal(inputs.kmsMasterKeyId, `arn:test:alert-key-${HOME}`);
    }
    for (const { inputs } of declared.ofType("aws:lambda/function:Function")) {
      assert.ok(Number(inputs.timeout) < 300, "an incident is held for 300 seconds");
    }
  });

  it("tells forwarders of incidents, but for those that were only observed, and of grave findings as they come", () => {
    const subscriptions = declared.ofType("aws:sns/topicSubscription:TopicSubscription").filter(isOfResponse);
    const seen = subscriptions.map(({ inputs }) => [inputs.endpoint, inputs.topic, inputs.filterPolicy]);
    const filter = JSON.stringify({ status: [{ "anything-but": ["observed"] }] });
    const of = (queue: string) => [
      [arnOf("sqs", `bulwark-${queue}`), arnOf("sns", "bulwark-incidents"), filter],
      [arnOf("sqs", `bulwark-${queue}`), `arn:test:alert-topic-critical-${HOME}`, undefined],
      [arnOf("sqs", `bulwark-${queue}`), `arn:test:alert-topic-high-${HOME}`, undefined],
    ];
    assert.deepEqual(seen.sort(), [...of("service-desk"), ...of("slack")]);
    for (const queue of ["slack", "service-desk"]) {
      const [from] = statementsOf(named(`response-queue-${queue}-policy-${HOME}`));
      assert.deepEqual(from?.Condition?.ArnEquals?.["aws:SourceArn"], [
        arnOf("sns", "bulwark-incidents"),
        arnOf("sns", "bulwark-findings-critical"),
        arnOf("sns", "bulwark-findings-high"),
      ]);
    }
  });

  it("gives each function its own rights and no other: only the responder acts, only with what is named", () => {
    for (const name of ["responder", "watch", "splunk", "slack", "slack-clicks", "service-desk"]) {
      const acts = name === "responder" || name === "watch";
      assert.equal(actionsOf(name).includes("securityhub:BatchUpdateFindings"), acts, name);
      assert.equal(actionsOf(name).includes("sns:Publish"), acts, name);
      for (const { Sid, Action = [], Resource = [] } of rightsOf(name)) {
        for (const action of Action) assert.doesNotMatch(action, /\*/, `${name}: ${Sid}`);
        if (Resource.includes("*"))
          assert.deepEqual(Action, ["organizations:ListAccounts", "organizations:ListParents"]);
      }
    }
    const own = rightsOf("slack").find(({ Sid }) => Sid === "OwnItems");
    assert.deepEqual(own?.Condition, {
      "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["slack#*", "digest#*"] },
    });
    assert.deepEqual(rightsOf("slack-clicks").find(({ Sid }) => Sid === "Secrets")?.Resource, [
      ALL.slack.signingSecret,
      ALL.slack.token,
    ]);
  });

  it("has roles within the boundary of the response, which allows what they are given", () => {
    for (const { inputs, name } of declared.ofType("aws:iam/role:Role").filter(isOfResponse)) {
      assert.equal(inputs.permissionsBoundary, `arn:aws:iam::${SECURITY}:policy/BulwarkResponseBoundary`, name);
    }
    const [, security] = bootstrapRoles(settings({ features: { response: ALL } }), "o-bulwark0demo");
    const most = (security?.role.boundariesOfOthers?.[0]?.document.Statement ?? []).flatMap(
      ({ Action = [] }) => Action,
    );
    const patterns = most.map((action) => new RegExp(`^${action.replaceAll("*", ".*")}$`));
    for (const { inputs } of declared.ofType("aws:iam/rolePolicy:RolePolicy").filter(isOfResponse)) {
      const { Statement: given } = JSON.parse(String(inputs.policy)) as PolicyDocument;
      for (const action of given.flatMap(({ Action = [] }) => Action)) {
        assert.ok(
          patterns.some((pattern) => pattern.test(action)),
          action,
        );
      }
    }
  });

  it("feeds no function before the settings that it reads are there", () => {
    for (const { name } of declared.ofType("aws:lambda/eventSourceMapping:EventSourceMapping")) {
      const before = upstreamOf(declared, name);
      for (const first of [`response-ledger-${HOME}`, `response-settings-policy-${HOME}`, `response-topic-${HOME}`]) {
        assert.ok(before.has(first), `${name} needs ${first}`);
      }
    }
  });

  it("holds no secret: settings refer to them, in the home region alone", () => {
    const told = JSON.stringify(declared.resources.map(({ inputs }) => inputs));
    assert.ok(told.includes(ALL.slack.token));
    const wrong = forwarders({ partition: "aws", homeRegion: "eu-central-1" });
    const refused = OrganizationSettings.safeParse({ ...settings(), features: { response: { slack: wrong.slack } } });
    assert.deepEqual(
      refused.error?.issues.map(({ path }) => path.join(".")),
      ["features.response.slack.token", "features.response.slack.signingSecret"],
    );
    const plain = { ...ALL.slack, token: "xoxb-123" };
    const secret = OrganizationSettings.safeParse({ ...settings(), features: { response: { slack: plain } } });
    assert.deepEqual(
      secret.error?.issues.map(({ path }) => path.join(".")),
      ["features.response.slack.token"],
    );
  });
});
