import assert from "node:assert/strict";
import { AccessAnalyzer } from "@aws-sdk/client-accessanalyzer";
import { Account } from "@aws-sdk/client-account";
import { CloudTrail } from "@aws-sdk/client-cloudtrail";
import { ConfigService } from "@aws-sdk/client-config-service";
import { EC2 } from "@aws-sdk/client-ec2";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { IAM } from "@aws-sdk/client-iam";
import { Inspector2 } from "@aws-sdk/client-inspector2";
import { Organizations } from "@aws-sdk/client-organizations";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { SSM } from "@aws-sdk/client-ssm";
import { STS } from "@aws-sdk/client-sts";
import { createOrganizations } from "../../sandbox/emulators/organizations/organizations.ts";
import type { Emulator } from "../../sandbox/gateway/emulator.ts";
import { botocoreDataOf, createModels } from "../../sandbox/gateway/model/load.ts";
import type { OperationModel } from "../../sandbox/gateway/model/shapes.ts";
import { EMULATORS } from "../../sandbox/gateway/owners.ts";
import { MANAGEMENT, PYTHON, SEED, startTestSandbox, type TestSandbox } from "./gateway-fixture.ts";
import { answerTo, type WrongInput, wrongInputs } from "./wrong-inputs.ts";

type Client = new (settings: object) => { destroy(): void };

/** The AWS SDK's client of each emulated service, and the errors by which that service refuses an input. */
const SERVICES: Readonly<Record<string, { readonly client: Client; readonly codes: readonly string[] }>> = {
  "access-analyzer": { client: AccessAnalyzer, codes: ["ValidationException"] },
  account: { client: Account, codes: ["ValidationException"] },
  cloudtrail: { client: CloudTrail, codes: ["ValidationException", "InvalidParameterException"] },
  config: { client: ConfigService, codes: ["ValidationException", "InvalidParameterValueException"] },
  ec2: { client: EC2, codes: ["MissingParameter", "InvalidParameterValue"] },
  guardduty: { client: GuardDuty, codes: ["BadRequestException"] },
  iam: { client: IAM, codes: ["ValidationError"] },
  inspector2: { client: Inspector2, codes: ["ValidationException", "BadRequestException"] },
  organizations: { client: Organizations, codes: ["InvalidInputException"] },
  securityhub: { client: SecurityHub, codes: ["InvalidInputException", "ValidationException"] },
  ssm: { client: SSM, codes: ["ValidationException"] },
  sts: { client: STS, codes: ["ValidationError"] },
};

const models = createModels(botocoreDataOf(PYTHON));
const emulators: Emulator[] = [];

describe("wrong input to an emulated service", function () {
  this.timeout(600_000);
  let sandbox: TestSandbox;
  before(async () => {
    const organizations = createOrganizations(SEED, { now: Date.now, membershipChanged: async () => {} });
    sandbox = await startTestSandbox(
      EMULATORS.map((factory) => (aws) => {
        const emulator = factory(aws);
        if (emulators.length === 0) emulators.push(organizations.emulator(aws));
        emulators.push(emulator);
        return emulator;
      }),
    );
  });
  after(() => sandbox?.close());

  for (const [service, { client: Client, codes }] of Object.entries(SERVICES)) {
    it(`is refused by every operation of ${service} with its own error, which names the member`, async () => {
      const emulator = emulators.find(({ signingName }) => signingName === service);
      assert.ok(emulator, `${service} is not emulated`);
      const model = models.get(emulator.model).service;
      const client = new Client(sandbox.as(MANAGEMENT));
      const faults: string[] = [];
      let asked = 0;
      const ask = async (operation: OperationModel, { kind, member, input }: WrongInput): Promise<void> => {
        const answer = await answerTo(client, operation.name, input);
        asked++;
        const what = `${operation.name}: ${member} (${kind})`;
        if (!(answer instanceof Error)) faults.push(`${what} is taken`);
        else if (!codes.includes(answer.name))
          faults.push(`${what} is answered with ${answer.name}: ${answer.message}`);
        // EC2 tells one of those that are missing, under the name of the parameter.
        else if (service !== "ec2" && !answer.message.toLowerCase().includes(member.toLowerCase())) {
          faults.push(`${what} is not in: ${answer.message}`);
        }
      };
      for (const name of Object.keys(emulator.operations)) {
        const operation = model.operations[name];
        assert.ok(operation, `${service} has no operation ${name}`);
        if (operation.input === undefined) continue;
        // Batches whose entries AWS refuses one by one, and takes the others.
        const single = emulator.selfValidating?.includes(name) === true;
        const wrong = wrongInputs(model, operation.input).filter(({ own }) => own || !single);
        await Promise.all(wrong.map((each) => ask(operation, each)));
      }
      client.destroy();
      assert.deepEqual(faults, []);
      // The operations of IAM take nothing.
      assert.equal(asked > 0, service !== "iam");
    });
  }

  it("was tried with every service that is emulated", () => {
    // Of some nothing is emulated: only what IAM decides on is known of what is left to another.
    const emulated = emulators.filter(({ operations }) => Object.keys(operations).length > 0);
    assert.deepEqual(emulated.map(({ signingName }) => signingName).sort(), Object.keys(SERVICES).sort());
  });
});
