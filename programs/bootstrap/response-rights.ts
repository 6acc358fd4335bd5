import { awsNames } from "../names.ts";
import { arn } from "../partition.ts";
import type { OrganizationSettings } from "../settings.ts";
import type { Statement } from "./policy-document.ts";

type Settings = Pick<OrganizationSettings, "partition" | "homeRegion" | "accounts">;

/** Name of the parameter by which every change is stopped. */
export const KILL_SWITCH = `${awsNames.responseParameters}/kill-switch`;

/**
 * What the API does with the response, in the security account's home region: it reads findings and the ledger, puts people's requests where the
 * responder finds them, and reads and sets the kill switch. The ledger it can't change.
 */
export function responseUse({ partition, homeRegion, accounts }: Settings): readonly Statement[] {
  const { security } = accounts;
  const own = (service: string, resource: string) => arn(partition, service, homeRegion, security, resource);
  const table = own("dynamodb", `table/${awsNames.incidents}`);
  return [
    {
      Sid: "Findings",
      Effect: "Allow",
      Action: ["securityhub:GetFindings"],
      Resource: ["*"],
      Condition: { StringEquals: { "aws:RequestedRegion": homeRegion } },
    },
    {
      Sid: "Incidents",
      Effect: "Allow",
      Action: ["dynamodb:GetItem", "dynamodb:Query"],
      Resource: [table, `${table}/index/*`],
    },
    {
      Sid: "Requests",
      Effect: "Allow",
      Action: ["sqs:GetQueueUrl", "sqs:SendMessage"],
      Resource: [own("sqs", awsNames.requests)],
    },
    { ...queueKeyUse({ partition, homeRegion, accounts }), Sid: "RequestsKey" },
    {
      Sid: "KillSwitch",
      Effect: "Allow",
      Action: ["ssm:GetParameter", "ssm:PutParameter"],
      Resource: [own("ssm", `parameter${KILL_SWITCH}`)],
    },
  ];
}

/** The queue of repairs, from which the service takes what the responder asks of it. */
export function repairQueueUse({ partition, homeRegion, accounts: { security } }: Settings): Statement {
  return {
    Sid: "Repairs",
    Effect: "Allow",
    Action: ["sqs:DeleteMessage", "sqs:ReceiveMessage"],
    Resource: [arn(partition, "sqs", homeRegion, security, awsNames.repairs)],
  };
}

/**
 * The key of the queues, which has no ARN that is known before it is made (Amazon SQS Developer Guide, "Key management": what producers and
 * consumers need).
 */
export function queueKeyUse({ partition, homeRegion, accounts: { security } }: Settings): Statement {
  return {
    Sid: "QueueKey",
    Effect: "Allow",
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: [arn(partition, "kms", homeRegion, security, "key/*")],
    Condition: { StringLike: { "kms:ViaService": `sqs.${homeRegion}.amazonaws.com*` } },
  };
}
