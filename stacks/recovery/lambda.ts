import { LambdaClient, ListEventSourceMappingsCommand } from "@aws-sdk/client-lambda";
import type { Sought } from "../../programs/recovery/sought.ts";
import { clientSettings, type Reading, reader } from "../inventory/reading.ts";

/** The id of what feeds a function from a queue: there is one for the two at most. */
export async function findEventSource(reading: Reading, region: string, sought: Sought): Promise<string | undefined> {
  const { eventSourceArn: EventSourceArn, functionName: FunctionName } = sought.inputs;
  if (typeof EventSourceArn !== "string" || typeof FunctionName !== "string") return undefined;
  const client = new LambdaClient(clientSettings(reading, region));
  const { find } = reader(reading, region, `what feeds ${FunctionName} from ${EventSourceArn}`);
  try {
    const answer = await find(
      "lambda:ListEventSourceMappings",
      () => client.send(new ListEventSourceMappingsCommand({ EventSourceArn, FunctionName })),
      ["ResourceNotFoundException"],
    );
    return answer?.EventSourceMappings?.[0]?.UUID;
  } finally {
    client.destroy();
  }
}
