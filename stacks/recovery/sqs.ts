import { GetQueueUrlCommand, ListQueueTagsCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { Sought } from "../../programs/recovery/sought.ts";
import { clientSettings, type Reading, reader } from "../inventory/reading.ts";
import { isTagged } from "./tags.ts";

/** The URL of the queue with the wanted name and tags, which is its id. */
export async function findQueue(reading: Reading, region: string, sought: Sought): Promise<string | undefined> {
  const QueueName = sought.inputs.name;
  if (typeof QueueName !== "string") return undefined;
  const client = new SQSClient(clientSettings(reading, region));
  const { find, need } = reader(reading, region, `the queue ${QueueName}`);
  try {
    const answer = await find("sqs:GetQueueUrl", () => client.send(new GetQueueUrlCommand({ QueueName })), [
      "QueueDoesNotExist",
      "AWS.SimpleQueueService.NonExistentQueue",
    ]);
    const QueueUrl = answer?.QueueUrl;
    if (QueueUrl === undefined) return undefined;
    const { Tags } = await need("sqs:ListQueueTags", () => client.send(new ListQueueTagsCommand({ QueueUrl })));
    return isTagged(sought, Tags) ? QueueUrl : undefined;
  } finally {
    client.destroy();
  }
}
