import type { Aws } from "../../../gateway/emulator.ts";

/** The SDK's packages by the namespaces of services that runbooks name (AWS CLI Command Reference, "Available Services"). */
const PACKAGES: Readonly<Record<string, () => Promise<object>>> = {
  ec2: () => import("@aws-sdk/client-ec2"),
  guardduty: () => import("@aws-sdk/client-guardduty"),
  iam: () => import("@aws-sdk/client-iam"),
  kms: () => import("@aws-sdk/client-kms"),
  rds: () => import("@aws-sdk/client-rds"),
  s3: () => import("@aws-sdk/client-s3"),
  s3control: () => import("@aws-sdk/client-s3-control"),
  sns: () => import("@aws-sdk/client-sns"),
  sqs: () => import("@aws-sdk/client-sqs"),
  ssm: () => import("@aws-sdk/client-ssm"),
};

/** Services whose calls the sandbox can make for a runbook. */
export const CALLABLE: readonly string[] = Object.keys(PACKAGES);

export type Credentials = ReturnType<Aws["asRoot"]>["credentials"] & { readonly sessionToken?: string };

/** What signs the calls of an execution, and where they go. */
export interface Signing {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
}

interface Client {
  send(command: object): Promise<Readonly<Record<string, unknown>>>;
  destroy(): void;
}

/** Makes one call of an AWS API, as Automation does by the SDK; answers without what the SDK adds. Throws what the service answers. */
export async function awsCall(
  signing: Signing,
  { service, api, input }: { readonly service: string; readonly api: string; readonly input: object },
): Promise<Readonly<Record<string, unknown>>> {
  const load = PACKAGES[service.toLowerCase()];
  if (load === undefined) throw new Error(`the sandbox makes no calls of the service ${service} for a runbook`);
  const loaded = (await load()) as Readonly<Record<string, unknown>>;
  const command = loaded[`${api}Command`] as (new (input: object) => object) | undefined;
  const [, Class] = Object.entries(loaded).find(([name]) => /^(?!__)\w+Client$/.test(name)) ?? [];
  if (command === undefined || Class === undefined) throw new Error(`Invalid API ${api} for service ${service}`);
  const settings = {
    ...{ ...signing, forcePathStyle: true, followRegionRedirects: true },
    // S3 Control puts the account into the host's name, and the sandbox has none.
    ...(service === "s3control" && { endpointProvider: () => ({ url: new URL(signing.endpoint) }) }),
  };
  const client = new (Class as new (settings: object) => Client)(settings);
  try {
    const { $metadata: _, ...answer } = await client.send(new command(input));
    return answer;
  } finally {
    client.destroy();
  }
}
