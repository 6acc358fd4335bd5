import { GetRoleCommand, IAMClient, UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import { orNull } from "../aws-errors.ts";
import type { NamedResource } from "../finding-resources.ts";
import { policyState } from "../policy-decision.ts";
import { remediation, type Session } from "../remediation.ts";
import { decide, roleName, targetsOf } from "./decide.ts";
import { unauthorizedPrincipalsRole as manifest } from "./manifest.ts";

/** Who a role trusts; its state is the trust policy, which is always there. */
export const unauthorizedPrincipalsRoleRemediation = remediation<NamedResource, string | null>({
  manifest,
  targetsOf,
  decide,
  told: (role) => `role ${roleName(role)} in account ${role.accountId}`,

  async tags(session, role) {
    const found = await roleOf(session, role);
    return Object.fromEntries((found?.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
  },

  async read(session, role) {
    const found = await roleOf(session, role);
    // IAM answers with policies in percent encoding (IAM API reference, GetRole).
    return found === undefined ? undefined : policyState(decodeURIComponent(found.AssumeRolePolicyDocument ?? ""));
  },

  async write(session, role, _from, to) {
    if (to === null) throw new Error(`${roleName(role)}: a role can't be without a trust policy`);
    const iam = session.client(IAMClient);
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: roleName(role), PolicyDocument: to }));
  },
});

/** The role of the finding; undefined where it is gone, also where another has come under its name. */
async function roleOf(session: Session, role: NamedResource) {
  const call = session.client(IAMClient).send(new GetRoleCommand({ RoleName: roleName(role) }));
  const found = (await orNull(call, "NoSuchEntityException", "NoSuchEntity"))?.Role;
  return found?.Arn === role.arn ? found : undefined;
}
