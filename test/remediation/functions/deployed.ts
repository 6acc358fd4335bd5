import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { IAM } from "@aws-sdk/client-iam";
import { Lambda } from "@aws-sdk/client-lambda";
import { Organizations } from "@aws-sdk/client-organizations";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { SSM } from "@aws-sdk/client-ssm";
import { remediationPolicy, remediationTrust } from "../../../programs/remediation-role.ts";
import { s3PublicAccessBlock as manifest } from "../../../remediation/s3-public-access-block/manifest.ts";
import { lambdaZip } from "../../../setup/lambda-zips.ts";
import { baselineInputs } from "../../programs/samples.ts";
import type { RunningSandbox } from "../../sandbox/running-sandbox.ts";
import { makeTable } from "../response/world.ts";
import { forwarding, responding } from "./rights.ts";

export const MANAGEMENT = "111111111111";
export const SECURITY = "222222222222";
export const MEMBER = "100000000001";
export const REGION = "us-east-1";
/** Seconds: of the functions, and for which their queues hide a message. */
const TIMEOUT = 60;
const QUEUES = ["respond", "requests", "repairs", "forward", "slack", "service-desk", "quarantine"] as const;
type QueueName = (typeof QUEUES)[number];

/** Which queues feed which function. */
const FED = {
  responder: ["respond", "requests"],
  watch: [],
  splunk: ["forward"],
  slack: ["slack"],
  "slack-clicks": [],
  "service-desk": ["service-desk"],
} as const satisfies Record<string, readonly QueueName[]>;
type FunctionName = keyof typeof FED;

/** What the security account's root does and sees of a deployed response. */
export interface DeployedResponse {
  readonly organizationId: string;
  /** Of the function URL of clicks. */
  readonly clicks: { readonly host: string };
  send(queue: QueueName, body: unknown): Promise<void>;
  /** Takes what waits in a queue: bodies, with their reason where they have one. */
  take(queue: QueueName): Promise<readonly { readonly body: string; readonly reason: string | undefined }[]>;
  /** What a function answers when it is called by itself. Rejects where it threw. */
  invoke(name: FunctionName, event: unknown): Promise<unknown>;
  parameter(name: string, value: unknown): Promise<void>;
  close(): void;
}

/** Deploys the functions of the response, and all that they work with, as the admin stack does, and the role of one remediation in a member. */
export async function deployResponse(
  sandbox: RunningSandbox,
  parameters: (secret: (value: string) => Promise<string>) => Promise<Readonly<Record<string, unknown>>>,
): Promise<DeployedResponse> {
  const root = sandbox.root(SECURITY, REGION);
  const [iam, lambda, sqs, ssm] = [new IAM(root), new Lambda(root), new SQS(root), new SSM(root)];
  const [sns, secrets, dynamodb] = [new SNS(root), new SecretsManager(root), new DynamoDBClient(root)];
  const member = new IAM(sandbox.root(MEMBER, REGION));
  const opened = [iam, lambda, sqs, ssm, sns, secrets, dynamodb, member];

  const management = new Organizations(sandbox.root(MANAGEMENT, REGION));
  const hub = new SecurityHub(sandbox.root(MANAGEMENT, REGION));
  await hub.enableOrganizationAdminAccount({ AdminAccountId: SECURITY });
  const organizationId = (await management.describeOrganization({})).Organization?.Id ?? "";
  opened.push(management as never, hub as never);

  const put = async (Name: string, value: unknown) => {
    await ssm.putParameter({ Name, Value: JSON.stringify(value), Type: "String", Overwrite: true });
  };
  let made = 0;
  const secret = async (SecretString: string) =>
    (await secrets.createSecret({ Name: `bulwark/${++made}`, SecretString })).ARN ?? "";
  for (const [name, value] of Object.entries(await parameters(secret))) await put(name, value);

  await makeTable(dynamodb, "bulwark-incidents");
  const arnOf = (queue: string) => `arn:aws:sqs:${REGION}:${SECURITY}:bulwark-${queue}`;
  const { TopicArn = "" } = await sns.createTopic({ Name: "bulwark-incidents" });
  const urls = {} as Record<QueueName, string>;
  for (const name of QUEUES) {
    const fromTopic = {
      Effect: "Allow",
      Principal: { Service: "sns.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: arnOf(name),
      Condition: { ArnEquals: { "aws:SourceArn": TopicArn } },
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [fromTopic] });
    const Attributes = { VisibilityTimeout: String(TIMEOUT), Policy };
    urls[name] = (await sqs.createQueue({ QueueName: `bulwark-${name}`, Attributes })).QueueUrl ?? "";
  }
  for (const name of ["slack", "service-desk"]) {
    await sns.subscribe({ TopicArn, Protocol: "sqs", Endpoint: arnOf(name) });
  }

  const byLambda = { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [byLambda] });
  const place = { region: REGION, account: SECURITY, organizationId };
  const roles = { BulwarkResponse: responding(place), BulwarkForwarding: forwarding(place) };
  for (const [RoleName, PolicyDocument] of Object.entries(roles)) {
    await iam.createRole({ RoleName, AssumeRolePolicyDocument });
    await iam.putRolePolicy({ RoleName, PolicyName: "Work", PolicyDocument });
  }
  const inputs = { ...baselineInputs(), organizationId, accountId: MEMBER };
  const RoleName = `BulwarkRemediation-${manifest.name}`;
  const trust = remediationTrust({ ...inputs, accounts: { ...inputs.accounts, security: SECURITY } });
  await member.createRole({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) });
  const PolicyDocument = JSON.stringify(remediationPolicy(manifest, inputs));
  await member.putRolePolicy({ RoleName, PolicyName: "Remediation", PolicyDocument });

  const Variables = {
    BULWARK_PARTITION: "aws",
    BULWARK_ACCOUNT: SECURITY,
    BULWARK_TABLE: "bulwark-incidents",
    BULWARK_TOPIC_ARN: TopicArn,
    BULWARK_REQUESTS_URL: urls.requests,
    BULWARK_REPAIRS_URL: urls.repairs,
    BULWARK_QUARANTINE_URL: urls.quarantine,
    BULWARK_PARAMETERS: "/bulwark/response",
    BULWARK_ACCOUNT_PARAMETERS: "/bulwark/remediation-modes",
    BULWARK_ORGANIZATION: organizationId,
  };
  for (const [name, queues] of Object.entries(FED)) {
    const { bytes } = await lambdaZip(name, `remediation/functions/${name}/index.ts`);
    const responds = name === "responder" || name === "watch";
    const FunctionName = `bulwark-${name}`;
    await lambda.createFunction({
      FunctionName,
      Role: `arn:aws:iam::${SECURITY}:role/${responds ? "BulwarkResponse" : "BulwarkForwarding"}`,
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Architectures: ["arm64"],
      Code: { ZipFile: bytes },
      MemorySize: 512,
      Timeout: TIMEOUT,
      Environment: { Variables },
    });
    // One at a time: Slack takes a message a second, and what meets another process waits for as long as a queue hides it.
    if (name === "slack" || name === "service-desk") {
      await lambda.putFunctionConcurrency({ FunctionName, ReservedConcurrentExecutions: 1 });
    }
    for (const queue of queues) {
      await lambda.createEventSourceMapping({
        FunctionName,
        EventSourceArn: arnOf(queue),
        BatchSize: 10,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
      });
    }
  }
  const { FunctionUrl = "" } = await lambda.createFunctionUrlConfig({
    FunctionName: "bulwark-slack-clicks",
    AuthType: "NONE",
  });
  await lambda.addPermission({
    FunctionName: "bulwark-slack-clicks",
    StatementId: "everybody",
    Action: "lambda:InvokeFunctionUrl",
    Principal: "*",
    FunctionUrlAuthType: "NONE",
  });

  return {
    organizationId,
    clicks: { host: new URL(FunctionUrl).host },
    async send(queue, body) {
      const MessageBody = typeof body === "string" ? body : JSON.stringify(body);
      await sqs.sendMessage({ QueueUrl: urls[queue], MessageBody });
    },
    async take(queue) {
      const { Messages = [] } = await sqs.receiveMessage({
        QueueUrl: urls[queue],
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ["All"],
      });
      for (const { ReceiptHandle } of Messages) await sqs.deleteMessage({ QueueUrl: urls[queue], ReceiptHandle });
      return Messages.map(({ Body = "", MessageAttributes }) => ({
        body: Body,
        reason: MessageAttributes?.reason?.StringValue,
      }));
    },
    async invoke(name, event) {
      const { Payload, FunctionError } = await lambda.invoke({
        FunctionName: `bulwark-${name}`,
        Payload: JSON.stringify(event),
      });
      const text = Buffer.from(Payload ?? []).toString();
      if (FunctionError !== undefined) throw new Error(text);
      return JSON.parse(text === "" ? "null" : text);
    },
    parameter: put,
    close() {
      for (const client of opened) client.destroy();
    },
  };
}
