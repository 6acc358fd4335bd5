import type {
  DescribeOrganizationConfigurationRequest,
  DescribeOrganizationConfigurationResponse,
  UpdateOrganizationConfigurationRequest,
} from "@aws-sdk/client-securityhub";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { regionsOf } from "./central-effects.ts";
import { accessDenied, conflict, invalidAccess, invalidInput } from "./errors.ts";
import { requireHub } from "./lifecycle.ts";
import type { OrganizationSettings } from "./organization-admins.ts";
import type { State } from "./state.ts";

/** AWS says PENDING until central configuration is on. */
const settleMs = 200;

/** How the administrator wants new accounts of the organization to be treated in local configuration, or that it configures them centrally. */
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
      const central = regionsOf(state).includes(call.region) ? state.central.at : undefined;
      return {
        AutoEnable: settings.autoEnable,
        MemberAccountLimitReached: false,
        AutoEnableStandards: settings.autoEnableStandards,
        OrganizationConfiguration:
          central === undefined
            ? { ConfigurationType: "LOCAL", Status: "ENABLED" }
            : { ConfigurationType: "CENTRAL", Status: central.settled ? "ENABLED" : "PENDING" },
      };
    },

    UpdateOrganizationConfiguration(call: Call<UpdateOrganizationConfigurationRequest>) {
      const settings = requireSettings(call);
      const { AutoEnable: autoEnable = settings.autoEnable, OrganizationConfiguration: wanted } = call.input;
      const autoEnableStandards = call.input.AutoEnableStandards ?? settings.autoEnableStandards;
      if (wanted?.ConfigurationType === "CENTRAL") {
        if (autoEnable || autoEnableStandards !== "NONE") {
          throw invalidInput(
            "AutoEnable must be false and AutoEnableStandards NONE where ConfigurationType is CENTRAL",
          );
        }
        startCentral(state, call);
      } else if (wanted?.ConfigurationType === "LOCAL") stopCentral(state, call);
      if (autoEnable && regionsOf(state).includes(call.region)) {
        throw invalidInput("AutoEnable cannot be true while the organization is configured centrally");
      }
      if (autoEnable && !settings.autoEnable) settings.autoEnableSince = state.aws.now();
      settings.autoEnable = autoEnable;
      settings.autoEnableStandards = autoEnableStandards;
      return {};
    },
  };
}

/** API reference, "OrganizationConfiguration", and user guide, "Enabling central configuration". */
function startCentral(state: State, call: Call<unknown>): void {
  const { central } = state;
  if (call.accountId === state.aws.organization.managementAccountId) {
    throw accessDenied("The management account cannot configure the organization centrally");
  }
  if (state.aggregators.of(call.accountId)?.homeRegion !== call.region) {
    throw invalidInput("Central configuration is enabled in the home Region of a finding aggregator");
  }
  if (central.at !== undefined) return;
  const at = { administratorId: call.accountId, homeRegion: call.region, settled: false };
  central.at = at;
  state.aws.later(settleMs, () => {
    at.settled = true;
  });
}

/** User guide, "Disabling central configuration": policies go first. A linked region follows its home region. */
function stopCentral(state: State, call: Call<unknown>): void {
  const { central } = state;
  if (central.at === undefined || !regionsOf(state).includes(call.region)) return;
  if (central.at.homeRegion !== call.region) {
    throw accessDenied(`The organization is configured centrally, in ${central.at.homeRegion}`);
  }
  if (central.policies.size > 0 || central.associations.size > 0) {
    throw conflict("Disassociate and delete the configuration policies before you disable central configuration");
  }
  central.at = undefined;
}
