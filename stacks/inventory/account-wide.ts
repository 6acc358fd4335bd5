import { isIP } from "node:net";
import { GetAccountPasswordPolicyCommand, GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { GetPublicAccessBlockCommand, S3ControlClient } from "@aws-sdk/client-s3-control";
import type { PublicAccessBlockInventory } from "../../programs/inventory.ts";
import type { PasswordPolicy } from "../../programs/settings.ts";
import { clientSettings, type Reading, reader } from "./reading.ts";

/** The IAM password policy of an account, or undefined where AWS's default applies. */
export async function readPasswordPolicy(reading: Reading, region: string): Promise<PasswordPolicy | undefined> {
  const client = new IAMClient(clientSettings(reading, region));
  const { find } = reader(reading, region, "the password policy");
  try {
    const answer = await find(
      "iam:GetAccountPasswordPolicy",
      () => client.send(new GetAccountPasswordPolicyCommand({})),
      ["NoSuchEntityException", "NoSuchEntity"],
    );
    const policy = answer?.PasswordPolicy;
    if (policy === undefined) return undefined;
    return {
      minimumPasswordLength: policy.MinimumPasswordLength ?? 6,
      requireLowercaseCharacters: policy.RequireLowercaseCharacters ?? false,
      requireUppercaseCharacters: policy.RequireUppercaseCharacters ?? false,
      requireNumbers: policy.RequireNumbers ?? false,
      requireSymbols: policy.RequireSymbols ?? false,
      allowUsersToChangePassword: policy.AllowUsersToChangePassword ?? false,
      hardExpiry: policy.HardExpiry ?? false,
      maxPasswordAge: policy.MaxPasswordAge ?? 0,
      passwordReusePrevention: policy.PasswordReusePrevention ?? 0,
    };
  } finally {
    client.destroy();
  }
}

/** Which of these services' roles exist: `[service principal, role name]` of service-linked roles. */
export async function readServiceLinkedRoles(
  reading: Reading,
  region: string,
  roles: readonly (readonly [string, string])[],
): Promise<string[]> {
  const client = new IAMClient(clientSettings(reading, region));
  const { find } = reader(reading, region, "the service-linked roles");
  try {
    const found = await Promise.all(
      roles.map(async ([service, RoleName]) =>
        (await find("iam:GetRole", () => client.send(new GetRoleCommand({ RoleName })), [
          "NoSuchEntityException",
          "NoSuchEntity",
        ])) === undefined
          ? []
          : [service],
      ),
    );
    return found.flat();
  } finally {
    client.destroy();
  }
}

/** S3 Control puts the account's id before the host of an endpoint, which an IP address can't take. */
function withoutPrefix(endpoint: string | undefined) {
  const url = endpoint === undefined ? undefined : new URL(endpoint);
  return url === undefined || isIP(url.hostname) === 0 ? {} : { endpointProvider: () => ({ url }) };
}

/** The S3 public access block of an account, or undefined where none was set. */
export async function readPublicAccessBlock(
  reading: Reading,
  region: string,
): Promise<PublicAccessBlockInventory | undefined> {
  const client = new S3ControlClient({ ...clientSettings(reading, region), ...withoutPrefix(reading.endpoint) });
  const { find } = reader(reading, region, "the S3 public access block");
  try {
    const answer = await find(
      "s3:GetAccountPublicAccessBlock",
      () => client.send(new GetPublicAccessBlockCommand({ AccountId: reading.accountId })),
      ["NoSuchPublicAccessBlockConfiguration"],
    );
    const block = answer?.PublicAccessBlockConfiguration;
    if (block === undefined) return undefined;
    return {
      blockPublicAcls: block.BlockPublicAcls ?? false,
      blockPublicPolicy: block.BlockPublicPolicy ?? false,
      ignorePublicAcls: block.IgnorePublicAcls ?? false,
      restrictPublicBuckets: block.RestrictPublicBuckets ?? false,
    };
  } finally {
    client.destroy();
  }
}
