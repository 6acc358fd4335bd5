import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";

/** Long-lived keys of an IAM user of the sandbox. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** In the sandbox a twelve-digit access key is that account's root. */
function rootOf(endpoint: string, accountId: string): IAMClient {
  return new IAMClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: accountId, secretAccessKey: "sandbox" },
  });
}

async function createUser(iam: IAMClient, UserName: string): Promise<AccessKey> {
  await iam.send(new CreateUserCommand({ UserName }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  if (!key?.AccessKeyId || !key.SecretAccessKey)
    throw new Error(`creating IAM user ${UserName}: no access key came back`);
  return { accessKeyId: key.AccessKeyId, secretAccessKey: key.SecretAccessKey };
}

/** The person who runs the bootstrap: an administrator of the management account. */
export async function createAdministrator(endpoint: string, managementAccountId: string): Promise<AccessKey> {
  const iam = rootOf(endpoint, managementAccountId);
  const key = await createUser(iam, "organization-administrator");
  await iam.send(
    new AttachUserPolicyCommand({
      UserName: "organization-administrator",
      PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
    }),
  );
  return key;
}

/**
 * What a container role is on real AWS: an identity in the security account that may do nothing but become
 * BulwarkService. Returns the AWS configuration files that the service is started with.
 */
export async function createServiceIdentity(
  endpoint: string,
  securityAccountId: string,
  serviceRole: string,
  folder: string,
): Promise<{ readonly configFile: string; readonly credentialsFile: string }> {
  const roleArn = `arn:aws:iam::${securityAccountId}:role/${serviceRole}`;
  const iam = rootOf(endpoint, securityAccountId);
  const key = await createUser(iam, "bulwark-host");
  await iam.send(
    new PutUserPolicyCommand({
      UserName: "bulwark-host",
      PolicyName: "become-bulwark-service",
      PolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Resource: roleArn }],
      }),
    }),
  );
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const configFile = join(folder, "config");
  const credentialsFile = join(folder, "credentials");
  await writeFile(
    configFile,
    `[default]\nregion = us-east-1\nrole_arn = ${roleArn}\nsource_profile = host\nrole_session_name = bulwark-service\n`,
    { mode: 0o600 },
  );
  await writeFile(
    credentialsFile,
    `[host]\naws_access_key_id = ${key.accessKeyId}\naws_secret_access_key = ${key.secretAccessKey}\n`,
    { mode: 0o600 },
  );
  return { configFile, credentialsFile };
}
