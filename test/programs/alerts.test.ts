import assert from "node:assert/strict";
import { alertNotes } from "../../programs/admin/alerts/notes.ts";
import { adminProgram } from "../../programs/admin/program.ts";
import type { PolicyDocument } from "../../programs/bootstrap/policy-document.ts";
import { bootstrapRoles } from "../../programs/bootstrap/roles.ts";
import { OrganizationSettings } from "../../programs/settings.ts";
import { type Declaration, declare, type Registered, upstreamOf } from "./declared.ts";
import { adminInputs, SECURITY, settings } from "./samples.ts";

const HOME = "us-east-1";
const SEVERITIES = ["critical", "high", "medium", "low"];
const arnOf = (service: string, resource: string) => `arn:aws:${service}:${HOME}:${SECURITY}:${resource}`;
/** Resources are registered in any order. */
const ordered = (rows: readonly unknown[]) =>
  [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
const identity = ({ type, name, inputs }: Registered) => JSON.stringify([type, name, inputs]);
const json = (value: unknown) => JSON.parse(String(value)) as Record<string, unknown>;
const policyOf = ({ inputs }: Registered) => json(inputs.policy) as unknown as PolicyDocument;

const withAlerts = (alerts: object) =>
  declare(
    () => adminProgram(adminInputs({}, settings({ features: { alerts, response: { enabled: false } } }))),
    "admin",
  );
/** Ways by which remediations are asked for, in the queue of the responses too. */
const REQUESTS = ["request", "told"];
const isOfAlerts = ({ name }: Registered) =>
  name.startsWith("alert-") && !REQUESTS.some((rule) => name.includes(`-bulwark-${rule}-`));

describe("the alerts of the admin stack", () => {
  let declared: Declaration;
  before(async () => {
    declared = await withAlerts({});
  });
  const inputsOf = (name: string) => declared.named(name).inputs;

  it("stand in the security account, and nowhere but in the home region", () => {
    const all = declared.resources.filter(isOfAlerts);
    assert.equal(all.length, 66);
    for (const { name, inputs, provider, type } of all) {
      assert.equal(provider, `aws-${SECURITY}`, name);
      if (!type.startsWith("aws:iam/")) assert.equal(inputs.region, HOME, name);
    }
  });

  it("send open findings to topics by severity, every finding to one queue and open ones to another", () => {
    const routes = declared.ofType("aws:cloudwatch/eventTarget:EventTarget").filter(isOfAlerts);
    const seen = routes.map(({ inputs }) => {
      const { eventPattern } = inputsOf(`alert-rule-${String(inputs.rule)}-${HOME}`);
      const { source, "detail-type": detailType, detail } = json(eventPattern);
      assert.deepEqual([source, detailType], [["aws.securityhub"], ["Security Hub Findings - Imported"]]);
      return [inputs.arn, (detail as { findings?: unknown } | undefined)?.findings];
    });
    const open = { Workflow: { Status: ["NEW"] }, RecordState: ["ACTIVE"] };
    const labelled = (...Label: string[]) => ({ Severity: { Label }, ...open });
    assert.deepEqual(
      ordered(seen),
      ordered([
        [arnOf("sns", "bulwark-findings-critical"), labelled("CRITICAL")],
        [arnOf("sns", "bulwark-findings-high"), labelled("HIGH")],
        [arnOf("sns", "bulwark-findings-medium"), labelled("MEDIUM")],
        [arnOf("sns", "bulwark-findings-low"), labelled("LOW", "INFORMATIONAL")],
        [arnOf("sqs", "bulwark-forward"), undefined],
        [arnOf("sqs", "bulwark-respond"), open],
      ]),
    );
  });

  it("have rules that are on, said so that the provider puts back one that somebody disabled", () => {
    const rules = declared.ofType("aws:cloudwatch/eventRule:EventRule");
    assert.ok(rules.some(({ name }) => name.startsWith("account-events-")) && rules.some(isOfAlerts));
    for (const { name, inputs } of rules) assert.equal(inputs.state, "ENABLED", name);
    assert.equal(inputsOf(`alert-heartbeat-${HOME}`).actionAfterCompletion, "NONE");
  });

  it("have two ways with nothing in common but the key: queue, dead letters, rules", () => {
    for (const [way, other] of [
      ["forward", "respond"],
      ["respond", "forward"],
    ] as const) {
      const queue = inputsOf(`alert-${way}-${HOME}`);
      const deadLetters = arnOf("sqs", `bulwark-${way}-dead-letters`);
      assert.equal(queue.kmsMasterKeyId, `arn:test:alert-key-${HOME}`);
      assert.equal(json(queue.redrivePolicy).deadLetterTargetArn, deadLetters);
      const target = declared.named(`alert-target-bulwark-${way}-${HOME}`);
      assert.deepEqual(target.inputs.deadLetterConfig, { arn: deadLetters });
      const before = upstreamOf(declared, target.name);
      assert.ok(before.has(`alert-${way}-policy-${HOME}`) && before.has(`alert-${way}-dead-letters-policy-${HOME}`));
      assert.ok([...before].every((name) => !name.includes(other)));
    }
  });

  it("let only their own rules into the queues, and TLS alone", () => {
    const rules = [...SEVERITIES.map((severity) => `findings-${severity}`), "forward"];
    for (const [way, fed] of [
      ["forward", rules],
      ["respond", ["respond", ...REQUESTS]],
    ] as const) {
      for (const label of [way, `${way}-dead-letters`]) {
        const [allowed, denied] = policyOf(declared.named(`alert-${label}-policy-${HOME}`)).Statement;
        assert.deepEqual(allowed?.Principal, { Service: "events.amazonaws.com" });
        assert.deepEqual(allowed?.Resource, [arnOf("sqs", `bulwark-${label}`)]);
        assert.deepEqual(allowed?.Condition?.ArnEquals?.["aws:SourceArn"], [
          ...fed.map((rule) => arnOf("events", `rule/bulwark-${rule}`)),
        ]);
        assert.deepEqual(denied?.Condition, { Bool: { "aws:SecureTransport": "false" } });
      }
    }
  });

  it("let EventBridge into topics and their key without conditions, which AWS does not support there", () => {
    for (const severity of SEVERITIES) {
      const [allowed] = policyOf(declared.named(`alert-topic-${severity}-policy-${HOME}`)).Statement;
      assert.deepEqual([allowed?.Principal, allowed?.Condition], [{ Service: "events.amazonaws.com" }, undefined]);
    }
    const services = policyOf(declared.named(`alert-key-${HOME}`)).Statement.find(({ Sid }) => Sid === "Services");
    assert.deepEqual(services?.Principal, { Service: ["events.amazonaws.com", "sns.amazonaws.com"] });
    assert.equal(services?.Condition, undefined);
  });

  it("keep logs of deliveries in groups that are encrypted and end", () => {
    for (const topic of [...SEVERITIES, "operations"]) {
      const { name, httpFailureFeedbackRoleArn, sqsSuccessFeedbackSampleRate } = inputsOf(
        `alert-topic-${topic}-${HOME}`,
      );
      assert.equal(httpFailureFeedbackRoleArn, "arn:test:alert-delivery-role");
      assert.equal(sqsSuccessFeedbackSampleRate, 10);
      for (const [label, end] of [
        ["log", ""],
        ["log-failure", "/Failure"],
      ]) {
        const group = declared.named(`alert-topic-${topic}-${label}-${HOME}`);
        assert.equal(group.inputs.name, `sns/${HOME}/${SECURITY}/${String(name)}${end}`);
        assert.equal(group.inputs.retentionInDays, 365);
        assert.equal(group.inputs.kmsKeyId, `arn:test:alert-key-${HOME}`);
        assert.ok(declared.named(`alert-topic-${topic}-${HOME}`).dependsOn.includes(group.name));
      }
    }
  });

  it("tell of age and depth only once something takes from the queues, and of all else from the first day", async () => {
    const quiet = ({ resources }: Declaration) =>
      resources
        .filter(({ type }) => type === "aws:cloudwatch/metricAlarm:MetricAlarm")
        .flatMap(({ inputs }) => (inputs.actionsEnabled === false ? [String(inputs.name)] : []))
        .sort();
    const waiting = ["forward", "respond"].flatMap((way) => [`bulwark-${way}-age`, `bulwark-${way}-depth`]);
    assert.deepEqual(quiet(declared), waiting);
    const taken = settings({ features: { alerts: { queuesAreTaken: true } } });
    assert.deepEqual(quiet(await declare(() => adminProgram(adminInputs({}, taken)), "admin")), []);
  });

  it("are watched by alarms that go to a topic with a key of its own, which no rule feeds", () => {
    const alarms = declared.ofType("aws:cloudwatch/metricAlarm:MetricAlarm");
    const operations = `arn:test:alert-topic-operations-${HOME}`;
    for (const { inputs } of alarms) {
      assert.deepEqual([inputs.alarmActions, inputs.okActions], [[operations], [operations]], String(inputs.name));
    }
    assert.equal(inputsOf(`alert-topic-operations-${HOME}`).kmsMasterKeyId, `arn:test:alert-watch-key-${HOME}`);
    const [allowed] = policyOf(declared.named(`alert-topic-operations-policy-${HOME}`)).Statement;
    assert.deepEqual(allowed?.Principal, { Service: "cloudwatch.amazonaws.com" });
    assert.deepEqual(
      ordered(alarms.map(({ inputs: { name, metricName, threshold } }) => [name, metricName, threshold])),
      ordered([
        ["bulwark-forward-age", "ApproximateAgeOfOldestMessage", 900],
        ["bulwark-forward-depth", "ApproximateNumberOfMessagesVisible", 1000],
        ["bulwark-respond-age", "ApproximateAgeOfOldestMessage", 900],
        ["bulwark-respond-depth", "ApproximateNumberOfMessagesVisible", 1000],
        ["bulwark-forward-dead-letters", "ApproximateNumberOfMessagesVisible", 0],
        ["bulwark-respond-dead-letters", "ApproximateNumberOfMessagesVisible", 0],
        ...[...SEVERITIES.map((severity) => `findings-${severity}`), "operations"].map((topic) => [
          `bulwark-${topic}-undelivered`,
          "NumberOfNotificationsFailed",
          0,
        ]),
        ...SEVERITIES.map((severity) => [`bulwark-findings-${severity}-unreached`, undefined, 0]),
        ["bulwark-forward-silent", "NumberOfMessagesSent", 1],
        ["bulwark-respond-silent", "NumberOfMessagesSent", 1],
        ["bulwark-findings-low-silent", "NumberOfMessagesPublished", 1],
      ]),
    );
  });

  it("tell of each severity when its rule matches findings and none of them goes on", () => {
    const metric = (id: string, namespace: string, metricName: string, dimensions: object) => ({
      ...{ id, metric: { namespace, metricName, dimensions, stat: "Sum", period: 300 } },
    });
    for (const severity of SEVERITIES) {
      const name = `bulwark-findings-${severity}`;
      const { metricQueries, ...inputs } = inputsOf(`alert-alarm-${name}-unreached-${HOME}`);
      assert.deepEqual(metricQueries, [
        { id: "state", expression: "matched > 1000000000 * (invoked + published)", returnData: true },
        metric("matched", "AWS/Events", "MatchedEvents", { RuleName: name }),
        metric("invoked", "AWS/Events", "Invocations", { RuleName: name }),
        metric("published", "AWS/SNS", "NumberOfMessagesPublished", { TopicName: name }),
      ]);
      assert.deepEqual(
        [inputs.comparisonOperator, inputs.evaluationPeriods, inputs.treatMissingData, inputs.actionsEnabled],
        ["GreaterThanThreshold", 1, "notBreaching", true],
      );
      // The provider refuses these beside queries.
      assert.deepEqual(
        [inputs.period, inputs.statistic, inputs.namespace, inputs.dimensions],
        Array(4).fill(undefined),
      );
    }
  });

  it("tell when nothing arrives for two intervals, also when CloudWatch has no figure at all", async () => {
    const { named } = await withAlerts({ heartbeat: { everyMinutes: 5 } });
    for (const [from, period] of [
      [declared.named, 900],
      [named, 300],
    ] as const) {
      const { inputs } = from(`alert-alarm-bulwark-forward-silent-${HOME}`);
      assert.deepEqual(
        [inputs.period, inputs.evaluationPeriods, inputs.comparisonOperator, inputs.treatMissingData],
        [period, 2, "LessThanThreshold", "breaching"],
      );
    }
    assert.equal(named(`alert-heartbeat-${HOME}`).inputs.scheduleExpression, "rate(5 minutes)");
  });

  it("import a synthetic finding by a schedule whose role can do nothing else", () => {
    const schedule = declared.named(`alert-heartbeat-${HOME}`);
    const target = schedule.inputs.target as { arn: string; roleArn: string; input: string };
    assert.equal(target.arn, "arn:aws:scheduler:::aws-sdk:securityhub:batchImportFindings");
    const product = arnOf("securityhub", `product/${SECURITY}/default`);
    const [finding] = json(target.input).Findings as Record<string, unknown>[];
    assert.equal(finding?.ProductArn, product);
    assert.deepEqual([finding?.CreatedAt, finding?.UpdatedAt], Array(2).fill("<aws.scheduler.scheduled-time>"));
    assert.deepEqual(policyOf(declared.named("alert-heartbeat-role-policy")).Statement, [
      { Sid: "Heartbeat", Effect: "Allow", Action: ["securityhub:BatchImportFindings"], Resource: [product] },
    ]);
    for (const role of ["alert-heartbeat-role", "alert-delivery-role"]) {
      assert.equal(inputsOf(role).permissionsBoundary, `arn:aws:iam::${SECURITY}:policy/BulwarkDeploymentBoundary`);
    }
    assert.ok(upstreamOf(declared, schedule.name).has(`hub-${HOME}`));
  });

  it("show it all on a dashboard", () => {
    const { widgets } = json(inputsOf(`alert-dashboard-${HOME}`).dashboardBody) as {
      widgets: { type: string; properties: { alarms?: string[]; metrics?: string[][] } }[];
    };
    const alarms = declared.ofType("aws:cloudwatch/metricAlarm:MetricAlarm");
    assert.deepEqual(
      ordered(widgets[0]?.properties.alarms ?? []),
      ordered(alarms.map(({ inputs }) => arnOf("cloudwatch", `alarm:${String(inputs.name)}`))),
    );
    const shown = JSON.stringify(widgets);
    for (const name of ["forward", "respond", "forward-dead-letters", "findings-critical"]) {
      assert.ok(shown.includes(`"bulwark-${name}"`), name);
    }
  });

  it("go to the addresses of the settings, without the synthetic finding", async () => {
    const { ofType } = await withAlerts({
      subscriptions: { critical: ["soc@example.com"], low: ["archive@example.com"], operations: ["soc@example.com"] },
    });
    const subscriptions = ofType("aws:sns/topicSubscription:TopicSubscription").map(({ inputs }) => inputs);
    const filter = '{"detail":{"findings":{"GeneratorId":[{"anything-but":["bulwark-heartbeat"]}]}}}';
    assert.deepEqual(
      ordered(
        subscriptions.map(({ topic, protocol, endpoint, filterPolicy }) => [topic, protocol, endpoint, filterPolicy]),
      ),
      [
        [`arn:test:alert-topic-critical-${HOME}`, "email", "soc@example.com", undefined],
        [`arn:test:alert-topic-low-${HOME}`, "email", "archive@example.com", filter],
        [`arn:test:alert-topic-operations-${HOME}`, "email", "soc@example.com", undefined],
      ],
    );
  });

  it("take their thresholds and days from the settings, and change nothing else by them", async () => {
    const changed = await withAlerts({
      logRetentionDays: 30,
      messageRetentionDays: 4,
      thresholds: { oldestMessageSeconds: 60, waitingMessages: 5 },
    });
    const before = new Set(declared.resources.map((resource) => identity(resource)));
    const differing = changed.resources.filter((resource) => !before.has(identity(resource))).map(({ name }) => name);
    assert.deepEqual(differing.filter((name) => !/-log(-failure)?-/.test(name)).sort(), [
      ...["forward-age", "forward-depth", "respond-age", "respond-depth"].map(
        (name) => `alert-alarm-bulwark-${name}-${HOME}`,
      ),
      `alert-forward-${HOME}`,
      `alert-respond-${HOME}`,
    ]);
    assert.equal(changed.named(`alert-forward-${HOME}`).inputs.messageRetentionSeconds, 345_600);
  });

  it("can be switched off, alone the synthetic finding or all of it", async () => {
    const silent = await withAlerts({ heartbeat: { enabled: false } });
    assert.deepEqual(
      silent.resources.filter(({ name }) => /heartbeat|silent/.test(name)),
      [],
    );
    const off = await withAlerts({ enabled: false });
    assert.deepEqual(off.resources.filter(isOfAlerts), []);
    assert.equal(off.outputs.alerts, undefined);
    // A rule and its target for each way in which a remediation is asked for.
    assert.equal(declared.resources.length - off.resources.length, 66 + 2 * REQUESTS.length);
  });

  it("refuse settings that AWS would refuse, with the path of the field", () => {
    const alerts = {
      logRetentionDays: 4,
      messageRetentionDays: 15,
      heartbeat: { everyMinutes: 1 },
      subscriptions: { high: ["nobody"], low: ["a@example.com", "a@example.com"] },
    };
    const { error } = OrganizationSettings.safeParse({
      homeRegion: HOME,
      regions: [HOME],
      accounts: { management: "111111111111", security: SECURITY, logArchive: "333333333333" },
      features: { alerts },
    });
    assert.deepEqual(
      error?.issues.map(({ path }) => path.slice(2).join(".")),
      [
        "logRetentionDays",
        "messageRetentionDays",
        "heartbeat.everyMinutes",
        "subscriptions.high.0",
        "subscriptions.low.1",
      ],
    );
  });

  it("say where nobody would hear that they stay away", () => {
    const notes = (alerts: object) =>
      alertNotes(settings({ features: { alerts, response: { enabled: false } } }).features);
    assert.match(notes({}).join(), /features\.alerts\.subscriptions\.operations names nobody/);
    assert.deepEqual(notes({ subscriptions: { operations: ["operations@example.org"] } }), []);
    assert.deepEqual(notes({ enabled: false }), []);
  });

  it("need rights to nothing of others: only own names, roles within the boundary, and no key but their own goes", () => {
    const role = bootstrapRoles(settings(), "o-bulwark0demo")[1]?.role;
    const statements = Object.values(role?.policies ?? {}).flatMap(({ Statement }) => Statement);
    const named = (sid: string) => statements.find(({ Sid }) => Sid === sid);
    for (const resource of named("Alerts")?.Resource ?? []) assert.match(resource, /bulwark-|log-group:sns\//);
    assert.deepEqual(named("AlertKeysGo")?.Condition, {
      StringLike: { "aws:ResourceTag/BulwarkResource": "admin/alert-*" },
    });
    assert.deepEqual(named("AlertRolesWithin")?.Condition, {
      StringEquals: {
        "iam:PermissionsBoundary": ["Deployment", "Response"].map(
          (name) => `arn:aws:iam::${SECURITY}:policy/Bulwark${name}Boundary`,
        ),
      },
    });
    const kept = role?.boundary?.document.Statement.find(({ Sid }) => Sid === "NoLossOfKeys");
    assert.deepEqual(kept?.Condition, { StringNotLike: { "aws:ResourceTag/BulwarkResource": "admin/alert-*" } });
  });
});
