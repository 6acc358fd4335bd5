import type {
  DescribeHubRequest,
  DescribeHubResponse,
  DisableSecurityHubRequest,
  EnableSecurityHubRequest,
  UpdateSecurityHubConfigurationRequest,
} from "@aws-sdk/client-securityhub";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { accessDenied, conflict, invalidAccess, invalidInput, notFound } from "./errors.ts";
import { disableHub, effectiveFindingGenerator, enableHub, hubAt, requireHub } from "./lifecycle.ts";
import type { State } from "./state.ts";

/** Switching Security Hub on and off, and the settings of the hub itself. */
export function hubOperations(state: State): Record<string, Operation> {
  return {
    async EnableSecurityHub(call: Call<EnableSecurityHubRequest>) {
      if (hubAt(state, call) !== undefined)
        throw conflict(`Account ${call.accountId} is already subscribed to AWS Security Hub`);
      await enableHub(state, call, {
        defaultStandards: call.input.EnableDefaultStandards ?? true,
        controlFindingGenerator: call.input.ControlFindingGenerator,
        tags: call.input.Tags,
      });
      return {};
    },

    DescribeHub(call: Call<DescribeHubRequest>): DescribeHubResponse {
      const hub = requireHub(state, call);
      if (call.input.HubArn !== undefined && call.input.HubArn !== hub.arn) {
        throw notFound(`Hub ${call.input.HubArn} was not found`);
      }
      return {
        HubArn: hub.arn,
        SubscribedAt: hub.subscribedAt.toISOString(),
        AutoEnableControls: hub.autoEnableControls,
        ControlFindingGenerator: effectiveFindingGenerator(state, call, hub),
      };
    },

    UpdateSecurityHubConfiguration(call: Call<UpdateSecurityHubConfigurationRequest>) {
      const hub = requireHub(state, call);
      const { AutoEnableControls: autoEnable, ControlFindingGenerator: generator } = call.input;
      if (generator !== undefined && generator !== effectiveFindingGenerator(state, call, hub)) {
        if (state.memberships.inForce(call.region, call.accountId) !== undefined) {
          throw accessDenied("ControlFindingGenerator of a member account is set by its administrator account");
        }
        hub.controlFindingGenerator = generator;
      }
      if (autoEnable !== undefined) hub.autoEnableControls = autoEnable;
      return {};
    },

    // Who may disable is in the user guide's table "Allowed actions by administrator and member accounts".
    DisableSecurityHub(call: Call<DisableSecurityHubRequest>) {
      requireHub(state, call);
      if (state.organizationAdmins.in(call.region)?.accountId === call.accountId) {
        throw invalidInput("Cannot disable Security Hub on the Security Hub administrator account");
      }
      const administrator = state.memberships.inForce(call.region, call.accountId)?.administratorId;
      if (administrator !== undefined) {
        throw invalidAccess(
          `Account ${call.accountId} is a member of Security Hub administrator ${administrator}: disassociate it before you disable Security Hub`,
        );
      }
      if (state.memberships.enabledMembers(call.region, call.accountId).length > 0) {
        throw invalidInput(
          "Cannot disable Security Hub on the Security Hub administrator account while it has enabled members",
        );
      }
      disableHub(state, call);
      return {};
    },
  };
}
