import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { OperationError } from "./errors.ts";
import { type ClientOptions, settingsFor, speakLikeGo } from "./place.ts";

export interface Identity {
  readonly accountId: string;
  readonly partition: string;
}

/** Who the credentials are. Fails as the real provider does when it cannot validate them. */
export async function callerIdentity(region: string, options: ClientOptions): Promise<Identity> {
  const client = new STSClient(settingsFor(region, options));
  speakLikeGo(client, options.maxAttempts);
  try {
    const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}));
    return { accountId: Account ?? "", partition: Arn?.split(":")[1] ?? "aws" };
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    throw new Error(`unable to validate AWS credentials.\nDetails: ${error.message}\n`, { cause: error });
  } finally {
    client.destroy();
  }
}
