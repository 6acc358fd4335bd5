import type {
  GetInstanceMetadataDefaultsResult,
  InstanceMetadataDefaultsResponse,
  ModifyInstanceMetadataDefaultsRequest,
  ModifyInstanceMetadataDefaultsResult,
} from "@aws-sdk/client-ec2";
import { AwsError, type Call, type Operation, regional } from "../../gateway/emulator.ts";

/** A hop limit that is none: the account has no preference. */
const NO_LIMIT = -1;

/**
 * How instances of a region answer for their metadata unless their launch says otherwise. A call changes what it names;
 * what is set to no preference is not set any more, and not answered. Source: API reference, ModifyInstanceMetadataDefaults.
 */
export function instanceMetadataDefaults(): Record<string, Operation> {
  const settings = regional(() => new Map<string, string | number>());
  return {
    ModifyInstanceMetadataDefaults(
      call: Call<ModifyInstanceMetadataDefaultsRequest>,
    ): ModifyInstanceMetadataDefaultsResult {
      const { DryRun: _, ...given } = call.input;
      const hops = given.HttpPutResponseHopLimit ?? NO_LIMIT;
      if (hops !== NO_LIMIT && (hops < 1 || hops > 64)) {
        throw new AwsError(
          "InvalidParameterValue",
          `Value (${hops}) for parameter HttpPutResponseHopLimit is invalid. Specify an integer from 1 to 64, or -1.`,
        );
      }
      const set = settings.of(call.accountId, call.region);
      for (const [name, value] of Object.entries(given)) {
        if (value === "no-preference" || value === NO_LIMIT) set.delete(name);
        else if (value !== undefined) set.set(name, value);
      }
      return { Return: true };
    },

    GetInstanceMetadataDefaults(call: Call<Readonly<Record<string, unknown>>>): GetInstanceMetadataDefaultsResult {
      const set: InstanceMetadataDefaultsResponse = Object.fromEntries(settings.of(call.accountId, call.region));
      return { AccountLevel: { ...set, ManagedBy: "account" } };
    },
  };
}
