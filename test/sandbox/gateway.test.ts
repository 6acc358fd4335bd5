import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { EC2Client, EnableEbsEncryptionByDefaultCommand, GetEbsEncryptionByDefaultCommand } from "@aws-sdk/client-ec2";
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import {
  EnableCommand,
  Inspector2Client,
  ListFindingsCommand,
  ListTagsForResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-inspector2";
import { ListAccountsCommand, OrganizationsClient } from "@aws-sdk/client-organizations";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetPublicAccessBlockCommand, PutPublicAccessBlockCommand, S3ControlClient } from "@aws-sdk/client-s3-control";
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { GetParameterCommand, GetParametersCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { Aws } from "../../sandbox/gateway/emulator.ts";
import { inspections, parameters } from "./gateway-emulators.ts";
import { MANAGEMENT, MEMBER, OPTED_IN, PYTHON, startTestSandbox, type TestSandbox } from "./gateway-fixture.ts";

describe("sandbox gateway", () => {
  let sandbox: TestSandbox;
  let aws: Aws;

  before(async () => {
    sandbox = await startTestSandbox([parameters, inspections((lent) => (aws = lent))]);
  });
  after(() => sandbox.close());

  it("takes twelve digits with any secret for that account's root", async () => {
    const identity = await new STSClient(sandbox.as(MEMBER)).send(new GetCallerIdentityCommand({}));
    assert.equal(identity.Arn, `arn:aws:iam::${MEMBER}:root`);
  });

  it("passes S3 through, binary bodies and odd keys included", async () => {
    const s3 = new S3Client(sandbox.as(MEMBER));
    const body = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 256));
    await s3.send(new CreateBucketCommand({ Bucket: "gateway-objects" }));
    await s3.send(new PutObjectCommand({ Bucket: "gateway-objects", Key: "a b/ü+%", Body: body }));
    const read = await s3.send(new GetObjectCommand({ Bucket: "gateway-objects", Key: "a b/ü+%" }));
    assert.deepEqual(Buffer.from((await read.Body?.transformToByteArray()) ?? []), body);
  });

  it("gives queue URLs that work through the gateway", async () => {
    const sqs = new SQSClient(sandbox.as(MEMBER));
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "letters" }));
    assert.ok(QueueUrl?.startsWith(sandbox.url), QueueUrl);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "hello" }));
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    assert.equal(Messages?.[0]?.Body, "hello");
  });

  it("gives a message to nobody who went away while waiting for it", async () => {
    const sqs = new SQSClient(sandbox.as(MEMBER));
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "patience" }));
    const leaving = new AbortController();
    const waiting = new SQSClient(sandbox.as(MEMBER)).send(
      new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20, VisibilityTimeout: 600 }),
      { abortSignal: leaving.signal },
    );
    setTimeout(() => leaving.abort(), 300);
    await assert.rejects(waiting, { name: "AbortError" });
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "for who stays" }));
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    assert.equal(Messages?.[0]?.Body, "for who stays");
  });

  it("keeps the state of accounts and regions apart, in every owner", async () => {
    const ssm = (account: string, region: string) => new SSMClient(sandbox.as(account, region));
    await ssm(MEMBER, "us-west-2").send(new PutParameterCommand({ Name: "here", Value: "1" }));
    await assert.rejects(ssm(MEMBER, "us-east-1").send(new GetParameterCommand({ Name: "here" })), {
      name: "ParameterNotFound",
    });
    const ec2 = (account: string, region: string) => new EC2Client(sandbox.as(account, region));
    await ec2(MEMBER, "us-west-2").send(new EnableEbsEncryptionByDefaultCommand({}));
    const encrypted = async (account: string, region: string) =>
      (await ec2(account, region).send(new GetEbsEncryptionByDefaultCommand({}))).EbsEncryptionByDefault;
    assert.equal(await encrypted(MEMBER, "us-west-2"), true);
    assert.equal(await encrypted(MEMBER, "us-east-1"), false);
    assert.equal(await encrypted(OPTED_IN, "us-west-2"), false);
    const roles = await new IAMClient(sandbox.as(OPTED_IN)).send(new ListRolesCommand({}));
    assert.deepEqual(roles.Roles, []);
  });

  it("keeps the public access block of each account, asked by the real S3 Control client", async () => {
    const control = (account: string) =>
      // The SDK puts the account id before the host, which no address can carry.
      new S3ControlClient({ ...sandbox.as(account), endpointProvider: () => ({ url: new URL(sandbox.url) }) });
    await control(MEMBER).send(
      new PutPublicAccessBlockCommand({
        AccountId: MEMBER,
        PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true },
      }),
    );
    const read = await control(MEMBER).send(new GetPublicAccessBlockCommand({ AccountId: MEMBER }));
    assert.equal(read.PublicAccessBlockConfiguration?.BlockPublicPolicy, true);
    await assert.rejects(control(OPTED_IN).send(new GetPublicAccessBlockCommand({ AccountId: OPTED_IN })), {
      name: "NoSuchPublicAccessBlockConfiguration",
    });
  });

  it("reads and writes JSON and REST by the service's model", async () => {
    const ssm = new SSMClient(sandbox.as(MEMBER));
    await ssm.send(new PutParameterCommand({ Name: "colour", Value: "blue" }));
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: "colour" }));
    assert.deepEqual(Parameter?.LastModifiedDate, new Date(1.5e12));
    const arn = `arn:aws:inspector2:us-east-1:${MEMBER}:owner/${MEMBER}/filter/abc`;
    const tags = await new Inspector2Client(sandbox.as(MEMBER)).send(
      new ListTagsForResourceCommand({ resourceArn: arn }),
    );
    assert.deepEqual(tags.tags, { asked: arn });
  });

  it("throws the modelled exception", async () => {
    const inspector = new Inspector2Client(sandbox.as(MEMBER));
    const arn = `arn:aws:inspector2:us-east-1:${MEMBER}:owner/${MEMBER}/filter/abc`;
    await assert.rejects(inspector.send(new UntagResourceCommand({ resourceArn: arn, tagKeys: ["a", "missing"] })), {
      name: "ResourceNotFoundException",
      message: `no tags on ${arn}`,
    });
  });

  it("refuses input that breaks the model with the service's validation error", async () => {
    const inspector = new Inspector2Client(sandbox.as(MEMBER));
    await assert.rejects(inspector.send(new EnableCommand({ resourceTypes: ["MAINFRAME" as "EC2"] })), {
      name: "ValidationException",
      message:
        /^1 validation error detected: Value 'MAINFRAME' at 'resourceTypes\.1\.member' failed to satisfy constraint: Member must satisfy enum value set: \[/,
    });
    await assert.rejects(inspector.send(new EnableCommand({ resourceTypes: undefined })), {
      message: /Value null at 'resourceTypes' failed to satisfy constraint: Member must not be null/,
    });
  });

  it("answers what nothing serves with an error that names it", async () => {
    await assert.rejects(new Inspector2Client(sandbox.as(MEMBER)).send(new ListFindingsCommand({})), {
      name: "NotImplemented",
      message: "The sandbox does not serve inspector2:ListFindings.",
    });
    const unknown = await fetch(`${sandbox.url}/`, {
      method: "POST",
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${MEMBER}/20260101/us-east-1/braket/aws4_request, SignedHeaders=host, Signature=0`,
        "x-amz-target": "Braket.CreateJob",
      },
    });
    assert.equal(unknown.status, 501);
    assert.match(await unknown.text(), /braket:CreateJob/);
  });

  it("answers a path that the service does not have with UnknownOperationException", async () => {
    const answer = await fetch(`${sandbox.url}/no/such/path`, {
      method: "POST",
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${MEMBER}/20260101/us-east-1/inspector2/aws4_request, SignedHeaders=host, Signature=0`,
      },
    });
    assert.equal(answer.status, 404);
    assert.equal(answer.headers.get("x-amzn-errortype"), "UnknownOperationException");
  });

  it("turns an emulator's wrong answer into a 500 whose log line names the member", async () => {
    await assert.rejects(new SSMClient(sandbox.as(MEMBER)).send(new GetParametersCommand({ Names: ["a"] })), {
      name: "InternalFailure",
    });
    const line = sandbox.lines.find((text) => text.includes("ssm:GetParameters"));
    assert.match(line ?? "", /parameters\.1\.member\.name.*type string/);
    assert.match(line ?? "", /parameters\.1\.member\.Surprise.*declared by the service model/);
  });

  it("delivers a service's own event to the targets of the account's rules", async () => {
    const sqs = new SQSClient(sandbox.as(MEMBER));
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "events" }));
    const events = new EventBridgeClient(sandbox.as(MEMBER));
    await events.send(new PutRuleCommand({ Name: "inspector", EventPattern: '{"source":["aws.inspector2"]}' }));
    const target = { Id: "queue", Arn: `arn:aws:sqs:us-east-1:${MEMBER}:events` };
    await events.send(new PutTargetsCommand({ Rule: "inspector", Targets: [target] }));
    await new Inspector2Client(sandbox.as(MEMBER)).send(new EnableCommand({ resourceTypes: ["EC2"] }));
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    const event = JSON.parse(Messages?.[0]?.Body ?? "{}");
    assert.equal(event.account, MEMBER);
    assert.equal(event["detail-type"], "Inspector2 Enabled");
    assert.deepEqual(event.detail, { resourceTypes: ["EC2"] });
  });

  it("creates a service-linked role once, however often it is asked for", async () => {
    await Promise.all([1, 2].map(() => aws.ensureServiceLinkedRole(OPTED_IN, "securityhub.amazonaws.com")));
    await aws.ensureServiceLinkedRole(OPTED_IN, "securityhub.amazonaws.com");
    const { Roles } = await new IAMClient(aws.asRoot(OPTED_IN, "us-east-1")).send(new ListRolesCommand({}));
    assert.deepEqual(
      Roles?.map(({ RoleName }) => RoleName),
      ["AWSServiceRoleForSecurityHub"],
    );
  });

  it("serves boto3 as well, with the signature of a real user verified", async () => {
    const script = `
import boto3, json, sys
url, account = sys.argv[1:]
root = dict(endpoint_url=url, region_name="us-east-1", aws_access_key_id=account, aws_secret_access_key="any")
iam = boto3.client("iam", **root)
iam.create_user(UserName="reader")
allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["inspector2:ListTagsForResource", "ec2:GetEbsEncryptionByDefault"], "Resource": "*"}]}
iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=json.dumps(allow))
key = iam.create_access_key(UserName="reader")["AccessKey"]
user = dict(root, aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
forger = dict(user, aws_secret_access_key="x" * 40)
answers = {"tags": boto3.client("inspector2", **user).list_tags_for_resource(resourceArn="arn:aws:inspector2:us-east-1:1:x/y z+ü")["tags"]}
answers["encryption"] = boto3.client("ec2", **user).get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
for name, client in (("inspector2", boto3.client("inspector2", **forger)), ("ec2", boto3.client("ec2", **forger))):
    try:
        getattr(client, "list_tags_for_resource" if name == "inspector2" else "get_ebs_encryption_by_default")(**({"resourceArn": "arn:aws:x"} if name == "inspector2" else {}))
    except client.exceptions.ClientError as error:
        answers[name] = error.response["Error"]["Code"]
try:
    boto3.client("ssm", **user).get_parameter(Name="colour")
except Exception as error:
    answers["ssm"] = error.response["Error"]["Code"]
print(json.dumps(answers))
`;
    const { stdout } = await promisify(execFile)(PYTHON, ["-c", script, sandbox.url, MEMBER]);
    assert.deepEqual(JSON.parse(stdout), {
      tags: { asked: "arn:aws:inspector2:us-east-1:1:x/y z+ü" },
      encryption: false,
      inspector2: "InvalidSignatureException",
      ec2: "AuthFailure",
      ssm: "AccessDeniedException",
    });
  });

  it("serves s3control of boto3 when it is taken for an HTTP proxy", async () => {
    const script = `
import boto3, sys
client = boto3.client("s3control", endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id=sys.argv[2], aws_secret_access_key="any")
client.put_public_access_block(AccountId=sys.argv[2], PublicAccessBlockConfiguration={"BlockPublicAcls": True})
print(client.get_public_access_block(AccountId=sys.argv[2])["PublicAccessBlockConfiguration"]["BlockPublicAcls"])
`;
    const env = { HTTP_PROXY: sandbox.url, http_proxy: sandbox.url };
    const { stdout } = await promisify(execFile)(PYTHON, ["-c", script, sandbox.url, MANAGEMENT], { env });
    assert.equal(stdout.trim(), "True");
  });

  it("tells of recent calls who made them and how they ended", async () => {
    await new OrganizationsClient(sandbox.as(MANAGEMENT)).send(new ListAccountsCommand({}));
    const find = async (query: string) =>
      (await fetch(`${sandbox.url}/_sandbox/calls?${query}`)).json() as Promise<{ [key: string]: unknown }[]>;
    const [listed] = await find("service=organizations&operation=ListAccounts");
    assert.equal(listed?.principalArn, `arn:aws:iam::${MANAGEMENT}:root`);
    assert.equal(listed?.status, 200);
    const [put] = await find(`service=s3&operation=PutObject&accountId=${MEMBER}`);
    assert.equal(put?.region, "us-east-1");
    const [missing] = await find("errorCode=ParameterNotFound&limit=1");
    assert.equal(missing?.operation, "GetParameter");
    const [noBlock] = await find("errorCode=NoSuchPublicAccessBlockConfiguration");
    assert.equal(noBlock?.operation, "GetPublicAccessBlock");
  });
});
