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
export function responseUse({ partition, homeRegion, accounts: { security } }: Settings): readonly Statement[] {
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
    {
      // The queue's key has no ARN that is known before it is made (Amazon SQS Developer Guide, "Key management": what a producer needs).
      Sid: "RequestsKey",
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: [own("kms", "key/*")],
      Condition: { StringLike: { "kms:ViaService": `sqs.${homeRegion}.amazonaws.com*` } },
    },
    {
      Sid: "KillSwitch",
      Effect: "Allow",
      Action: ["ssm:GetParameter", "ssm:PutParameter"],
      Resource: [own("ssm", `parameter${KILL_SWITCH}`)],
    },
  ];
}
