import type {
  DescribeOrganizationConfigurationRequest,
  DescribeOrganizationConfigurationResponse,
  UpdateOrganizationConfigurationRequest,
} from "@aws-sdk/client-securityhub";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { invalidAccess, notServed } from "./errors.ts";
import { requireHub } from "./lifecycle.ts";
import type { OrganizationSettings } from "./organization-admins.ts";
import type { State } from "./state.ts";

/** How the administrator wants new accounts of the organization to be treated, in local configuration. */
export function organizationConfigurationOperations(state: State): Record<string, Operation> {
  const requireSettings = (call: Call<unknown>): OrganizationSettings => {
    requireHub(state, call);
    const admin = state.organizationAdmins.in(call.region);
    if (admin?.accountId !== call.accountId) {
      throw invalidAccess(`Account ${call.accountId} is not an administrator for this organization`);
    }
    return admin.settings;
  };

  return {
    DescribeOrganizationConfiguration(
      call: Call<DescribeOrganizationConfigurationRequest>,
    ): DescribeOrganizationConfigurationResponse {
      const settings = requireSettings(call);
      return {
        AutoEnable: settings.autoEnable,
        MemberAccountLimitReached: false,
        AutoEnableStandards: settings.autoEnableStandards,
        OrganizationConfiguration: { ConfigurationType: "LOCAL", Status: "ENABLED" },
      };
    },

    UpdateOrganizationConfiguration(call: Call<UpdateOrganizationConfigurationRequest>) {
      const settings = requireSettings(call);
      if (call.input.OrganizationConfiguration?.ConfigurationType === "CENTRAL") {
        throw notServed("central configuration (ConfigurationType CENTRAL)");
      }
      if (call.input.AutoEnable && !settings.autoEnable) settings.autoEnableSince = state.aws.now();
      settings.autoEnable = call.input.AutoEnable ?? settings.autoEnable;
      settings.autoEnableStandards = call.input.AutoEnableStandards ?? settings.autoEnableStandards;
      return {};
    },
  };
}
