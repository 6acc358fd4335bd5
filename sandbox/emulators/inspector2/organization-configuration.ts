import type {
  AutoEnable,
  DescribeOrganizationConfigurationResponse,
  UpdateOrganizationConfigurationRequest,
  UpdateOrganizationConfigurationResponse,
} from "@aws-sdk/client-inspector2";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { autoEnabled } from "./enrollment.ts";
import { invalid, noAccess } from "./rejections.ts";
import { type Administration, type Inspector, nothingEnabled, now, ownAdministration } from "./state.ts";

/** Which scans are enabled in accounts that join the organization. */
export function organizationConfigurationOperations(inspector: Inspector): Record<string, Operation> {
  function own(call: Call<unknown>, activity: string): Administration {
    const administration = ownAdministration(inspector, call);
    if (administration === undefined) throw noAccess(activity);
    return administration;
  }

  return {
    DescribeOrganizationConfiguration: (call: Call<object>): DescribeOrganizationConfigurationResponse => {
      const { autoEnable } = own(call, "describe the organization configuration");
      return { autoEnable: { ...autoEnable }, maxAccountLimitReached: false };
    },

    UpdateOrganizationConfiguration: (
      call: Call<UpdateOrganizationConfigurationRequest>,
    ): UpdateOrganizationConfigurationResponse => {
      const administration = own(call, "update the organization configuration");
      const wanted = given(call.input.autoEnable);
      if (wanted.lambdaCode && !wanted.lambda) {
        throw invalid("LAMBDA_CODE scanning requires LAMBDA scanning to be enabled", "FIELD_VALIDATION_FAILED");
      }
      if (autoEnabled(administration.autoEnable).length === 0) administration.newSince = now(inspector);
      administration.autoEnable = wanted;
      return { autoEnable: { ...wanted } };
    },
  };
}

/** What a request leaves out is off. */
function given(asked: AutoEnable | undefined): Required<AutoEnable> {
  const set = Object.entries(asked ?? {}).filter(([, value]) => value !== undefined);
  return { ...nothingEnabled(), ...Object.fromEntries(set) };
}
