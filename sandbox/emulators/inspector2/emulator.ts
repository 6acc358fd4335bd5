import type { Call, EmulatorFactory, Operation } from "../../gateway/emulator.ts";
import { accountOperations } from "./accounts.ts";
import { cisConfigurationOperations } from "./cis-configurations.ts";
import { delegationOperations } from "./delegation.ts";
import { settle } from "./enrollment.ts";
import { memberOperations } from "./members.ts";
import { organizationConfigurationOperations } from "./organization-configuration.ts";
import { createState, servicePrincipal } from "./state.ts";
import { tagOperations } from "./tags.ts";

/** What EnableDelegatedAdminAccount takes of the caller's own permissions (Inspector user guide, "Designating a delegated administrator"). */
const delegationActions = [
  "inspector2:EnableDelegatedAdminAccount",
  "organizations:EnableAWSServiceAccess",
  "organizations:RegisterDelegatedAdministrator",
  "organizations:ListDelegatedAdministrators",
  "organizations:ListAWSServiceAccessForOrganization",
  "organizations:DescribeOrganizationalUnit",
  "organizations:DescribeAccount",
  "organizations:DescribeOrganization",
];

/** Amazon Inspector: scans per account, delegated administration, members, CIS scan configurations. */
export const inspector2: EmulatorFactory = (aws) => {
  const state = createState(aws);
  const operations: Record<string, Operation> = {
    ...accountOperations(state),
    ...delegationOperations(state),
    ...organizationConfigurationOperations(state),
    ...memberOperations(state),
    ...cisConfigurationOperations(state),
    ...tagOperations(state),
  };

  return {
    signingName: "inspector2",
    model: "inspector2",
    operations: Object.fromEntries(
      Object.entries(operations).map(([name, operation]) => [
        name,
        async (call: Call<unknown>) => {
          await settle(state, call.region);
          return operation(call);
        },
      ]),
    ),

    authorization({ operation, input }) {
      if (operation === "EnableDelegatedAdminAccount") {
        return { actions: delegationActions, context: { "organizations:ServicePrincipal": servicePrincipal } };
      }
      const arn = input.resourceArn ?? input.scanConfigurationArn;
      return typeof arn === "string" ? { resources: [arn] } : {};
    },
  };
};
