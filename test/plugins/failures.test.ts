import assert from "node:assert/strict";
import { appendFile } from "node:fs/promises";
import { IAM } from "@aws-sdk/client-iam";
import { Role } from "@pulumi/aws/iam/role.js";
import { Provider, type ProviderArgs } from "@pulumi/aws/provider.js";
import { Account as Hub } from "@pulumi/aws/securityhub/account.js";
import { StandardsSubscription } from "@pulumi/aws/securityhub/standardsSubscription.js";
import { Queue } from "@pulumi/aws/sqs/queue.js";
import { CustomResource, type CustomResourceOptions, secret } from "@pulumi/pulumi";
import { assume, type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { type Engine, type Program, startEngine } from "./engine.ts";
import { writeRootProfiles } from "./profiles.ts";

const ACCOUNT = "100000000003";

/** A resource that the SDK would not let a program declare. */
class Raw extends CustomResource {
  constructor(type: string, args: object, options: CustomResourceOptions) {
    super(type, "raw", args, options);
  }
}

describe("when something is wrong, the aws plugin", () => {
  let sandbox: RunningSandbox;
  let engine: Engine;

  before(async () => {
    sandbox = await runSandbox();
    engine = await startEngine(sandbox.url);
    await writeRootProfiles(engine, ACCOUNT);
  });

  after(async () => {
    await engine?.remove();
    await sandbox?.close();
  });

  const within =
    (declare: (options: { provider: Provider }) => unknown, more: ProviderArgs = {}): Program =>
    async () => {
      declare({ provider: new Provider("aws", { region: "us-east-1", profile: `bulwark-${ACCOUNT}`, ...more }) });
      return {};
    };

  const faults = (list: object[]) =>
    fetch(`${sandbox.url}/_sandbox/faults`, { method: "PUT", body: JSON.stringify(list) });

  it("names a property that it does not know, nested ones too", async () => {
    const program = within((options) => new Raw("aws:sqs/queue:Queue", { nmae: "x" }, options));
    const { errors } = await engine.run("wrong", "preview", program);
    assert.match(errors, /resource 'raw' has a problem: "nmae" is not a property of aws:sqs\/queue:Queue/);
  });

  it("names a resource type that it does not have", async () => {
    const program = within((options) => new Raw("aws:nothing/thing:Thing", {}, options));
    const { errors } = await engine.run("wrong", "preview", program);
    assert.match(errors, /does not have the resource type aws:nothing\/thing:Thing/);
  });

  it("names a provider setting that it does not know", async () => {
    const program = within((options) => new Queue("q", {}, options), { insecure: true });
    const { errors } = await engine.run("wrong", "preview", program);
    assert.match(errors, /insecure/);
  });

  it("tells an account that is not allowed, and a profile that is not there", async () => {
    const queue = (options: { provider: Provider }) => new Queue("q", {}, options);
    const other = await engine.run("wrong", "preview", within(queue, { allowedAccountIds: ["100000000001"] }));
    assert.match(other.errors, new RegExp(`AWS account ID not allowed: ${ACCOUNT}`));
    const profile = await engine.run("wrong", "preview", within(queue, { profile: "nobody" }));
    assert.match(profile.errors, /unable to validate AWS credentials/);
    assert.match(profile.errors, /nobody/);
  });

  it("passes on what AWS answers in the words of the real provider", async () => {
    const iam = new IAM(sandbox.root(ACCOUNT));
    const trust = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: "sts:AssumeRole" };
    await iam.createRole({
      RoleName: "powerless",
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
    });
    const { credentials } = await assume(sandbox, ACCOUNT, ACCOUNT, "powerless");
    const keys = `aws_access_key_id = ${credentials.accessKeyId}\naws_secret_access_key = ${credentials.secretAccessKey}\n`;
    await appendFile(
      engine.env.AWS_SHARED_CREDENTIALS_FILE ?? "",
      `\n[powerless]\n${keys}aws_session_token = ${credentials.sessionToken}\n`,
    );
    const program = within(
      (options) => {
        new Hub("hub", {}, options);
        new Queue("queue", { name: "forbidden" }, options);
      },
      { profile: "powerless" },
    );
    const { errors } = await engine.run("powerless", "up", program);
    const user = `arn:aws:sts::${ACCOUNT}:assumed-role/powerless/test`;
    assert.match(
      errors,
      new RegExp(
        `1 error occurred:\\n\\t\\* creating Security Hub Account: operation error SecurityHub: EnableSecurityHub, https response error StatusCode: 403, RequestID: [0-9a-f-]{36}, AccessDeniedException: User: ${user} is not authorized to perform: securityhub:EnableSecurityHub`,
      ),
    );
    assert.match(
      errors,
      /creating SQS Queue \(forbidden\): operation error SQS: CreateQueue, https response error StatusCode: 403, RequestID: [0-9a-f-]*(, HostID: [^,]+)?, api error AccessDenied(Exception)?: User: /,
    );
  });

  it("assumes roles one after another, and tells which it could not", async () => {
    const iam = new IAM(sandbox.root(ACCOUNT));
    await iam.putRolePolicy({
      RoleName: "powerless",
      PolicyName: "queues",
      PolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "sqs:*", Resource: "*" }],
      }),
    });
    const role = (name: string) => ({ roleArn: `arn:aws:iam::${ACCOUNT}:role/${name}`, sessionName: "op-1" });
    const queue = (options: { provider: Provider }) => new Queue("queue", { name: "assumed" }, options);
    const able = await engine.run("assume", "up", within(queue, { assumeRoles: [role("powerless")] }));
    assert.equal(able.errors, "");
    await engine.run("assume", "destroy");
    const unable = await engine.run("assume", "up", within(queue, { assumeRoles: [role("nobody")] }));
    assert.match(
      unable.errors,
      /get identity: get credentials: failed to refresh cached credentials, operation error STS: AssumeRole, https response error StatusCode: 403/,
    );
  });

  it("tries again when AWS throttles, and gives up after as many attempts as it may make", async () => {
    const hub = within((options) => new Hub("hub", { enableDefaultStandards: false }, options), { maxRetries: 3 });
    await faults([{ service: "securityhub", operation: "EnableSecurityHub", kind: "throttle", times: 2 }]);
    const passing = await engine.run("throttled", "up", hub);
    assert.equal(passing.errors, "");
    await engine.run("throttled", "destroy");
    await faults([{ service: "securityhub", operation: "EnableSecurityHub", kind: "throttle" }]);
    const lasting = await engine.run("throttled", "up", hub);
    assert.match(
      lasting.errors,
      /SecurityHub: EnableSecurityHub, exceeded maximum number of attempts, 3, https response error StatusCode: 4\d\d, RequestID: .*, api error \w+: /,
    );
    await faults([]);
  });

  it("keeps a resource in the state whose making was not finished, and finishes it the next time", async () => {
    const program = within(
      (options) => {
        const hub = new Hub("hub", { enableDefaultStandards: false }, options);
        const standardsArn =
          "arn:aws:securityhub:us-east-1::standards/aws-foundational-security-best-practices/v/1.0.0";
        new StandardsSubscription("standard", { standardsArn }, { ...options, dependsOn: hub });
      },
      { maxRetries: 1 },
    );
    await faults([{ service: "securityhub", operation: "UpdateSecurityHubConfiguration", kind: "error" }]);
    const broken = await engine.run("unfinished", "up", program);
    assert.match(broken.errors, /updating Security Hub Account \(\d{12}\): operation error SecurityHub/);
    assert.equal((await engine.resource("unfinished", "hub")).id, ACCOUNT);
    await faults([]);
    const outcome = await engine.run("unfinished", "up");
    assert.deepEqual([outcome.changes, outcome.errors], [{ same: 2, update: 1, create: 1 }, ""]);
    assert.equal((await engine.run("unfinished", "destroy")).errors, "");
  });

  it("keeps what is secret secret", async () => {
    const word = "marker-of-a-secret";
    const program = within((options) => {
      const trust = { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" };
      const assumeRolePolicy = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
      new Role("role", { assumeRolePolicy, description: secret(word) }, options);
    });
    assert.equal((await engine.run("secret", "up", program)).errors, "");
    assert.deepEqual((await engine.run("secret", "refresh")).changes, { same: 3 });
    const state = JSON.stringify(await engine.resource("secret", "role"));
    assert.match(state, /ciphertext/);
    assert.ok(!state.includes(word));
    assert.equal((await engine.run("secret", "destroy")).errors, "");
  });
});
