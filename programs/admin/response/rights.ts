import { type PolicyDocument, policyDocument, type Statement } from "../../bootstrap/policy-document.ts";
import type { AdminInputs } from "../../inputs.ts";
import { awsNames } from "../../names.ts";
import { arn } from "../../partition.ts";
import type { FunctionName, ResponsePlace, ResponseQueue } from "./place.ts";

type QueueName = ResponseQueue | "respond" | "forward";

/** What a function works with; its rights follow from that. */
export interface Work {
  /** Queues that it is fed from. */
  readonly takes: readonly QueueName[];
  /** Queues that it sends to. */
  readonly sends: readonly QueueName[];
  /** Whether it reads incidents, and where in the organization their accounts are; whether it writes them, or items of its own under these key prefixes alone. */
  readonly reads: boolean;
  readonly writes: "incidents" | readonly string[];
  /** Whether it publishes incidents. */
  readonly publishes: boolean;
  /** Whether it acts on findings and accounts. */
  readonly responds: boolean;
  /** ARNs of secrets and parameters that it reads. */
  readonly secrets: readonly string[];
}

const LEDGER_READ = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"];
/** A transaction is authorized as the writes in it (Amazon DynamoDB Developer Guide, "Using IAM with DynamoDB transactions"). */
const LEDGER_WRITE = ["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"];

/** What a function of the response may do, and nothing else. */
export function functionPolicy(
  { partition }: AdminInputs,
  place: ResponsePlace,
  name: FunctionName,
  { takes, sends, reads, writes, publishes, responds, secrets }: Work,
  keyArn: string,
): PolicyDocument {
  const { region, accountId } = place;
  const allow = (Sid: string, Action: readonly string[], Resource: readonly string[], more = {}): Statement[] =>
    Resource.length === 0 ? [] : [{ Sid, Effect: "Allow", Action, Resource, ...more }];
  const suffix = partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  const table = [place.tableArn, `${place.tableArn}/index/*`];
  const own = writes === "incidents" ? [] : writes.map((prefix) => `${prefix}*`);
  const inSecrets = secrets.filter((secret) => secret.includes(":secretsmanager:"));
  const inParameters = secrets.filter((secret) => !inSecrets.includes(secret));
  const keys = [...(takes.length > 0 || sends.length > 0 || publishes ? ["kms:Decrypt"] : [])];
  if (sends.length > 0 || publishes) keys.push("kms:GenerateDataKey");
  return policyDocument(
    ...allow("Log", ["logs:CreateLogStream", "logs:PutLogEvents"], [`${place.logGroup(name)}:*`]),
    ...allow(
      "Take",
      ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
      takes.map((queue) => place.queue(queue)),
    ),
    ...allow(
      "Send",
      ["sqs:SendMessage"],
      sends.map((queue) => place.queue(queue)),
    ),
    ...(keys.length > 0 ? allow("Encrypted", keys, [keyArn]) : []),
    ...(reads
      ? [
          ...allow("ReadLedger", LEDGER_READ, table),
          // Who is told follows from where an account is. IAM knows no resource for the one, and accounts of the management account for the other.
          ...allow("Organization", ["organizations:ListAccounts", "organizations:ListParents"], ["*"]),
        ]
      : []),
    ...(writes === "incidents" ? allow("WriteLedger", LEDGER_WRITE, [place.tableArn]) : []),
    ...(own.length > 0
      ? allow("OwnItems", [...LEDGER_READ, ...LEDGER_WRITE], [place.tableArn], {
          Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": own } },
        })
      : []),
    ...(publishes ? allow("Publish", ["sns:Publish"], [place.topicArn]) : []),
    ...allow(
      "Settings",
      ["ssm:GetParameters"],
      [place.parameters(`${awsNames.responseParameters}/*`), place.parameters(awsNames.remediationModes("*"))],
    ),
    ...allow("Secrets", ["secretsmanager:GetSecretValue"], inSecrets),
    ...allow("SecretParameters", ["ssm:GetParameter"], inParameters),
    // Of whatever key their owner has chosen, and only by way of the two services.
    ...(secrets.length > 0
      ? allow("SecretKeys", ["kms:Decrypt"], [arn(partition, "kms", region, "*", "key/*")], {
          Condition: {
            StringEquals: {
              "kms:ViaService": ["secretsmanager", "ssm"].map((service) => `${service}.${region}.${suffix}`),
            },
          },
        })
      : []),
    ...(responds
      ? [
          ...allow(
            "Findings",
            ["securityhub:BatchUpdateFindings"],
            [arn(partition, "securityhub", region, accountId, "hub/default")],
          ),
        ]
      : []),
  );
}
