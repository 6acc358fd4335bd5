import assert from "node:assert/strict";
import { CloudFormation } from "@aws-sdk/client-cloudformation";
import { CloudTrail } from "@aws-sdk/client-cloudtrail";
import { EC2 } from "@aws-sdk/client-ec2";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { IAM } from "@aws-sdk/client-iam";
import { KMS } from "@aws-sdk/client-kms";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { STS } from "@aws-sdk/client-sts";
import { botocoreDataOf, createModels } from "../../sandbox/gateway/model/load.ts";
import { type OperationModel, shapeOf } from "../../sandbox/gateway/model/shapes.ts";
import { CHECKED_SERVICES, checkedModelOf } from "../../sandbox/gateway/owners.ts";
import { jsonClientMaker, type SendJson } from "../../sandbox/plugins/provider/json-client.ts";
import { type ClientSettings, MANAGEMENT, PYTHON, startTestSandbox, type TestSandbox } from "./gateway-fixture.ts";
import { answerTo, type WrongInput, wrongInputs } from "./wrong-inputs.ts";

const models = createModels(botocoreDataOf(PYTHON));

type Client = object;
interface Checked {
  readonly client: (settings: ClientSettings) => Client | Promise<Client>;
  /** The errors by which the service refuses an input. */
  readonly codes: readonly string[];
  /** The names of the operations that are tried, where it is not all. */
  readonly only?: RegExp;
}

/** How a model's operation is called where no client of the SDK is installed. */
function sendTo(service: string, send: SendJson, { name, http, input: reference }: OperationModel) {
  const model = models.get(checkedModelOf(service) ?? "").service;
  const { targetPrefix } = model.metadata;
  const shape = reference && shapeOf(model, reference);
  return (input: Record<string, unknown>) => {
    const body = onWire(input);
    if (targetPrefix === undefined) {
      const path = http.requestUri.replace(/\{([^}]+)\}/g, (_, label) =>
        encodeURIComponent(String(input[label] ?? "x")),
      );
      const method = http.method as "GET" | "POST" | "PUT" | "DELETE";
      if (method === "POST" || method === "PUT") {
        return send({ operation: name, method, path, body, headers: { "content-type": "application/json" } });
      }
      const query = Object.entries(body).flatMap(([key, value]) => {
        const member = shape?.members?.[key];
        return value === undefined || member?.location !== "querystring"
          ? []
          : [[member.locationName ?? key, String(value)]];
      });
      return send({ operation: name, method, path, query: Object.fromEntries(query) });
    }
    const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": `${targetPrefix}.${name}` };
    return send({ operation: name, body, headers });
  };
}

/** Times as seconds and bytes in base64. */
function onWire(input: object): Record<string, unknown> {
  const written = (value: unknown): unknown => {
    if (value instanceof Date) return value.getTime() / 1000;
    if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
    if (Array.isArray(value)) return value.map(written);
    return typeof value === "object" && value !== null ? onWire(value) : value;
  };
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, written(value)]));
}

/** A client of what the model has, in JSON. */
const bare = (signingName: string) => (at: ClientSettings) => {
  const make = jsonClientMaker({ clientName: `${signingName}Client`, signingName }, (send) => {
    const { operations } = models.get(checkedModelOf(signingName) ?? "").service;
    const calls = Object.values(operations).map((operation) => [
      `${operation.name.charAt(0).toLowerCase()}${operation.name.slice(1)}`,
      sendTo(signingName, send, operation),
    ]);
    return Object.fromEntries(calls) as Client;
  });
  const credentials = async () => at.credentials;
  return make({ ...at, credentials, retryMode: "standard", customUserAgent: "test" });
};

/** Whether a value has a structure of nothing: in a form it is not told from none. */
function hasEmpty(value: unknown): boolean {
  if (typeof value !== "object" || value === null || value instanceof Date || value instanceof Uint8Array) return false;
  const inside = Object.values(value).filter((each) => each !== undefined);
  return (inside.length === 0 && !Array.isArray(value)) || inside.some(hasEmpty);
}

const SERVICES: Readonly<Record<string, Checked>> = {
  cloudformation: { client: (at) => new CloudFormation(at), codes: ["ValidationError"] },
  cloudtrail: { client: (at) => new CloudTrail(at), codes: ["ValidationException", "InvalidParameterException"] },
  ec2: {
    client: (at) => new EC2(at),
    codes: ["MissingParameter", "InvalidParameterValue"],
    only: /(Vpc|SecurityGroup|Instance|Volume|Snapshot|Tags)(s|Attribute|Ingress|Egress)?$/,
  },
  events: { client: (at) => new EventBridge(at), codes: ["ValidationException"] },
  iam: { client: (at) => new IAM(at), codes: ["ValidationError"] },
  kms: { client: (at) => new KMS(at), codes: ["ValidationException"] },
  logs: { client: bare("logs"), codes: ["ValidationException", "InvalidParameterException"] },
  monitoring: { client: bare("monitoring"), codes: ["ValidationError"] },
  scheduler: { client: bare("scheduler"), codes: ["ValidationException"] },
  sns: { client: (at) => new SNS(at), codes: ["ValidationError"] },
  sqs: { client: (at) => new SQS(at), codes: ["MissingParameter", "InvalidAttributeName", "InvalidParameterValue"] },
  // What is unsigned goes to MiniStack as it is.
  sts: { client: (at) => new STS(at), codes: ["ValidationError"], only: /^(?!AssumeRoleWith)/ },
};

describe("wrong input to a service that the gateway passes on", function () {
  this.timeout(600_000);
  let sandbox: TestSandbox;
  before(async () => {
    sandbox = await startTestSandbox();
  });
  after(() => sandbox?.close());

  for (const [service, { client: make, codes, only = /./ }] of Object.entries(SERVICES)) {
    it(`is refused by ${service} with its own error, which names the member`, async () => {
      const model = models.get(checkedModelOf(service) ?? "").service;
      const client = await make(sandbox.as(MANAGEMENT));
      const faults: string[] = [];
      const isForm = /^(ec2|query)$/.test(model.metadata.protocol);
      let asked = 0;
      const ask = async (operation: OperationModel, { kind, member, input }: WrongInput): Promise<void> => {
        const answer = await answerTo(client, operation.name, input);
        asked++;
        const what = `${operation.name}: ${member} (${kind})`;
        if (!(answer instanceof Error)) faults.push(`${what} is taken`);
        else if (!codes.includes(answer.name))
          faults.push(`${what} is answered with ${answer.name}: ${answer.message}`);
        else if (!/^(ec2|sqs)$/.test(service) && !answer.message.toLowerCase().includes(member.toLowerCase())) {
          faults.push(`${what} is not in: ${answer.message}`);
        }
      };
      for (const operation of Object.values(model.operations)) {
        const method = `${operation.name.charAt(0).toLowerCase()}${operation.name.slice(1)}`;
        if (operation.input === undefined || !only.test(operation.name) || !(method in client)) continue;
        const wrong = wrongInputs(model, operation.input).filter(
          ({ input }) => !isForm || !Object.values(input).some(hasEmpty),
        );
        await Promise.all(wrong.map((each) => ask(operation, each)));
      }
      assert.deepEqual(faults, []);
      assert.ok(asked > 0);
    });
  }

  it("is asked of nobody but who signed for it", async () => {
    const stranger = {
      ...sandbox.as(MANAGEMENT),
      credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "x" },
    };
    const answer = await answerTo(new SQS(stranger), "CreateQueue", {});
    assert.ok(answer instanceof Error);
    assert.notEqual(answer.name, "MissingParameter");
  });

  it("leaves to MiniStack what it has AWS's own words for", async () => {
    const policy = { PolicyName: "broken", PolicyDocument: "no policy" };
    const answer = await answerTo(new IAM(sandbox.as(MANAGEMENT)), "CreatePolicy", policy);
    assert.ok(answer instanceof Error);
    assert.equal(answer.name, "MalformedPolicyDocumentException");
    const queue = { QueueUrl: `${sandbox.url}/${MANAGEMENT}/none`, MessageBody: "x" };
    const none = await answerTo(new SQS(sandbox.as(MANAGEMENT)), "SendMessage", queue);
    assert.ok(none instanceof Error);
    assert.equal(none.name, "QueueDoesNotExist");
  });

  it("was tried with every service whose input is checked", () => {
    assert.deepEqual(Object.keys(SERVICES), CHECKED_SERVICES);
  });
});
