import { unless } from "../../provider/errors.ts";
import { output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { organizationsClient } from "../organizations/client.ts";
import { cloudTrailClient } from "./client.ts";

const SERVICE = "cloudtrail.amazonaws.com";

export const organizationDelegatedAdminAccount = resource({
  title: "CloudTrail Organization Delegated Admin Account",
  global: true,
  properties: {
    accountId: string({ required: true, replaces: true }),
    arn: output(string()),
    email: output(string()),
    name: output(string()),
    servicePrincipal: output(string()),
  },
  label: (inputs) => inputs.accountId,
  async create(place, { accountId }) {
    const cloudTrail = await place.client(cloudTrailClient);
    await cloudTrail.registerOrganizationDelegatedAdmin({ MemberAccountId: accountId });
    return accountId;
  },
  async read(place, id) {
    const organizations = await place.client(organizationsClient);
    let NextToken: string | undefined;
    do {
      const page = await organizations.listDelegatedAdministrators({ ServicePrincipal: SERVICE, NextToken });
      const found = page.DelegatedAdministrators?.find(({ Id }) => Id === id);
      if (found) {
        return { accountId: id, arn: found.Arn, email: found.Email, name: found.Name, servicePrincipal: SERVICE };
      }
      NextToken = page.NextToken;
    } while (NextToken);
    return undefined;
  },
  async delete(place, id) {
    const cloudTrail = await place.client(cloudTrailClient);
    const call = cloudTrail.deregisterOrganizationDelegatedAdmin({ DelegatedAdminAccountId: id });
    await unless(call, "AccountNotRegisteredException");
  },
});
