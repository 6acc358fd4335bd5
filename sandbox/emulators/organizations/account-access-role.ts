import { AttachRolePolicyCommand, CreateRoleCommand, type IAMClient } from "@aws-sdk/client-iam";

/** The role's name unless CreateAccount is told another one. */
export const ACCOUNT_ACCESS_ROLE = "OrganizationAccountAccessRole";

/**
 * Creates the role through which the management account administers an account that it created, as Organizations does:
 * full rights, trust in every principal of the management account that may assume it, and no `sts:SetSourceIdentity` or
 * `sts:TagSession` in that trust. Source: Organizations user guide, "Accessing member accounts in an organization".
 */
export async function createAccountAccessRole(
  iam: IAMClient,
  role: { readonly partition: string; readonly managementAccountId: string; readonly name: string },
): Promise<void> {
  const trust = {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: `arn:${role.partition}:iam::${role.managementAccountId}:root` },
        Action: "sts:AssumeRole",
      },
    ],
  };
  await iam.send(new CreateRoleCommand({ RoleName: role.name, AssumeRolePolicyDocument: JSON.stringify(trust) }));
  await iam.send(
    new AttachRolePolicyCommand({
      RoleName: role.name,
      PolicyArn: `arn:${role.partition}:iam::aws:policy/AdministratorAccess`,
    }),
  );
}
