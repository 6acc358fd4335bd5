import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type RunningSandbox, runSandbox } from "../../sandbox/running-sandbox.ts";

/** A sandbox for the tests of a `describe`, ended after them. Answers its DynamoDB, in an account of its own; none before the first test. */
export function tables(): () => DynamoDBClient {
  let sandbox: RunningSandbox;
  let client: DynamoDBClient;
  before(async () => {
    sandbox = await runSandbox();
    client = new DynamoDBClient(sandbox.root("100000000002"));
  });
  after(async () => {
    client?.destroy();
    await sandbox?.close();
  });
  return () => client;
}
