import { unless } from "../provider/errors.ts";
import { output, string } from "../provider/property.ts";
import { type ResourceTypes, resource } from "../provider/resource.ts";
import { organizationsClient } from "./organizations/client.ts";
import { policy } from "./organizations/policy.ts";
import { policyAttachment } from "./organizations/policy-attachment.ts";

const awsServiceAccess = resource({
  title: "Organizations AWS Service Access",
  global: true,
  properties: {
    servicePrincipal: string({ required: true, replaces: true }),
    dateEnabled: output(string()),
  },
  label: (inputs) => inputs.servicePrincipal,
  async create(place, inputs) {
    const organizations = await place.client(organizationsClient);
    await organizations.enableAWSServiceAccess({ ServicePrincipal: inputs.servicePrincipal });
    return inputs.servicePrincipal;
  },
  async read(place, id) {
    const organizations = await place.client(organizationsClient);
    let NextToken: string | undefined;
    do {
      const page = await organizations.listAWSServiceAccessForOrganization({ NextToken });
      const found = page.EnabledServicePrincipals?.find(({ ServicePrincipal }) => ServicePrincipal === id);
      if (found) return { servicePrincipal: id, dateEnabled: timestamp(found.DateEnabled) };
      NextToken = page.NextToken;
    } while (NextToken);
    return undefined;
  },
  async delete(place, id) {
    const organizations = await place.client(organizationsClient);
    await organizations.disableAWSServiceAccess({ ServicePrincipal: id });
  },
});

const delegatedAdministrator = resource({
  title: "Organizations Delegated Administrator",
  global: true,
  properties: {
    accountId: string({ required: true, replaces: true }),
    servicePrincipal: string({ required: true, replaces: true }),
    arn: output(string()),
    delegationEnabledDate: output(string()),
    email: output(string()),
    joinedMethod: output(string()),
    joinedTimestamp: output(string()),
    name: output(string()),
    status: output(string()),
  },
  label: (inputs) => `${inputs.accountId}/${inputs.servicePrincipal}`,
  async create(place, inputs) {
    const organizations = await place.client(organizationsClient);
    const { accountId, servicePrincipal } = inputs;
    await organizations.registerDelegatedAdministrator({ AccountId: accountId, ServicePrincipal: servicePrincipal });
    return `${accountId}/${servicePrincipal}`;
  },
  async read(place, id) {
    const organizations = await place.client(organizationsClient);
    const [accountId = "", servicePrincipal = ""] = id.split("/");
    let NextToken: string | undefined;
    do {
      const page = await organizations.listDelegatedAdministrators({ ServicePrincipal: servicePrincipal, NextToken });
      const found = page.DelegatedAdministrators?.find(({ Id }) => Id === accountId);
      if (found) {
        return {
          accountId,
          servicePrincipal,
          arn: found.Arn,
          delegationEnabledDate: timestamp(found.DelegationEnabledDate),
          email: found.Email,
          joinedMethod: found.JoinedMethod,
          joinedTimestamp: timestamp(found.JoinedTimestamp),
          name: found.Name,
          status: found.Status,
        };
      }
      NextToken = page.NextToken;
    } while (NextToken);
    return undefined;
  },
  async delete(place, id) {
    const organizations = await place.client(organizationsClient);
    const [AccountId, ServicePrincipal] = id.split("/");
    const call = organizations.deregisterDelegatedAdministrator({ AccountId, ServicePrincipal });
    await unless(call, "AccountNotRegisteredException");
  },
});

function timestamp(date: Date | undefined): string | undefined {
  return date?.toISOString().replace(/\.\d{3}Z$/, "Z");
}

export const organizations: ResourceTypes = {
  "aws:organizations/awsServiceAccess:AwsServiceAccess": awsServiceAccess,
  "aws:organizations/delegatedAdministrator:DelegatedAdministrator": delegatedAdministrator,
  "aws:organizations/policy:Policy": policy,
  "aws:organizations/policyAttachment:PolicyAttachment": policyAttachment,
};
