import { ConfigurationAggregator } from "@pulumi/aws/cfg/configurationAggregator.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import { DelegatedAdministrator } from "@pulumi/aws/organizations/delegatedAdministrator.js";
import { policyDocument } from "../bootstrap/policy-document.ts";
import { awsNames, names, TAGS } from "../names.ts";
import { awsManagedPolicy } from "../partition.ts";
import { AGGREGATOR_POLICY } from "./config-policy.ts";
import type { AdminStack } from "./stack.ts";
import { trust } from "./trusted-access.ts";
import { CONFIG_SERVICES } from "./trusted-services.ts";

/**
 * Makes the security account an administrator of AWS Config, for its view of the organization and for rules and packs of the organization, and
 * gives it that view. AWS takes three administrators; those that are there stay.
 */
export function config(stack: AdminStack): void {
  const { inputs, management, security, declare } = stack;
  if (!inputs.features.config.enabled) return;
  const delegations = CONFIG_SERVICES.map((service) =>
    declare(
      DelegatedAdministrator,
      {
        name: names.delegatedAdministrator(service),
        region: "global",
        wanted: { accountId: inputs.accounts.security, servicePrincipal: service },
      },
      { provider: management, dependsOn: [trust(stack, service)] },
    ),
  );

  // AWS Config asks AWS Organizations by a role that the caller brings (AWS Config API, OrganizationAggregationSource).
  const role = new Role(
    names.configAggregatorRole,
    {
      name: awsNames.configAggregatorRole,
      description: "Lets the AWS Config aggregator read who belongs to the organization. Managed by Bulwark.",
      assumeRolePolicy: JSON.stringify(
        policyDocument({
          Sid: "Config",
          Effect: "Allow",
          Principal: { Service: CONFIG_SERVICES[0] },
          Action: ["sts:AssumeRole"],
        }),
      ),
      tags: TAGS,
    },
    { provider: security },
  );
  const attachment = new RolePolicyAttachment(
    names.configAggregatorPolicy,
    { role: role.name, policyArn: awsManagedPolicy(inputs.partition, AGGREGATOR_POLICY) },
    { provider: security },
  );
  new ConfigurationAggregator(
    names.configAggregator(inputs.homeRegion),
    {
      region: inputs.homeRegion,
      name: awsNames.configAggregator,
      // Also the regions that nobody should use: what is there anyway is what an auditor asks for.
      organizationAggregationSource: { allRegions: true, roleArn: role.arn },
      tags: TAGS,
    },
    { provider: security, dependsOn: [...delegations, attachment] },
  );
}
