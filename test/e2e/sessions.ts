import { AssumeRoleCommand, STSClient, type STSClientConfig } from "@aws-sdk/client-sts";
import { fromIni } from "@aws-sdk/credential-providers";
import type { AwsCredentialIdentityProvider } from "@smithy/types";
import type { Environment } from "./environment.ts";

type Place = Pick<Environment, "aws" | "identity">;

/** AWS SDK settings of a session. */
export interface SessionAccess {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
}

/** Assumes a role as a principal. Rejects as AWS does where that is not allowed. */
export async function assume(
  principal: Pick<STSClientConfig, "endpoint" | "credentials"> & { readonly endpoint: string },
  accountId: string,
  role: string,
  more: { readonly sourceIdentity?: string } = {},
): Promise<SessionAccess> {
  const sts = new STSClient({ region: "us-east-1", ...principal });
  try {
    const { Credentials: keys } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${accountId}:role/${role}`,
        RoleSessionName: "end-to-end",
        ...(more.sourceIdentity === undefined ? {} : { SourceIdentity: more.sourceIdentity }),
      }),
    );
    const credentials = {
      accessKeyId: keys?.AccessKeyId ?? "",
      secretAccessKey: keys?.SecretAccessKey ?? "",
      sessionToken: keys?.SessionToken ?? "",
    };
    return { endpoint: principal.endpoint, region: "us-east-1", credentials };
  } finally {
    sts.destroy();
  }
}

/** What the service is: BulwarkService, by the files that it was started with. */
export function asService({ aws, identity }: Place): {
  readonly endpoint: string;
  readonly credentials: AwsCredentialIdentityProvider;
} {
  const credentials = fromIni({
    profile: "default",
    configFilepath: identity.configFile,
    filepath: identity.credentialsFile,
    clientConfig: { endpoint: aws, region: "us-east-1" },
  });
  return { endpoint: aws, credentials };
}

/** Bulwark's own role in an account, assumed as the service does it. */
export function deploymentRole(place: Place, accountId: string): Promise<SessionAccess> {
  return assume(asService(place), accountId, "BulwarkDeployment", { sourceIdentity: "end-to-end" });
}

/** The name of the error with which AWS refuses; fails where it does not. */
export async function refusal(asked: Promise<unknown>): Promise<string> {
  const outcome = await asked.then(
    () => "allowed",
    (error: unknown) => error,
  );
  if (outcome instanceof Error) return outcome.name;
  throw new Error("AWS allowed it");
}
