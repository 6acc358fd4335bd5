import type {
  DeleteRetentionConfigurationRequest,
  DescribeRetentionConfigurationsRequest,
  DescribeRetentionConfigurationsResponse,
  PutRetentionConfigurationRequest,
  PutRetentionConfigurationResponse,
} from "@aws-sdk/client-config-service";
import { AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import type { Config } from "./state.ts";

/** How long configuration history is kept: one setting per region, always named "default". */
export function retentionOperations(config: Config): Record<string, Operation> {
  const placeOf = ({ accountId, region }: Call<unknown>) => config.places.of(accountId, region);

  function existing(call: Call<unknown>, name = "default"): { Name: string; RetentionPeriodInDays: number } {
    const { retentionDays } = placeOf(call);
    if (retentionDays === undefined || name !== "default") {
      throw new AwsError(
        "NoSuchRetentionConfigurationException",
        `Cannot find retention configuration with the specified name '${name}'.`,
      );
    }
    return { Name: "default", RetentionPeriodInDays: retentionDays };
  }

  return {
    PutRetentionConfiguration: (call: Call<PutRetentionConfigurationRequest>): PutRetentionConfigurationResponse => {
      const place = placeOf(call);
      if (call.input.RetentionPeriodInDays !== undefined) place.retentionDays = call.input.RetentionPeriodInDays;
      return { RetentionConfiguration: existing(call) };
    },

    DescribeRetentionConfigurations: (
      call: Call<DescribeRetentionConfigurationsRequest>,
    ): DescribeRetentionConfigurationsResponse => {
      const names = call.input.RetentionConfigurationNames ?? [];
      if (names.length > 0) return { RetentionConfigurations: names.map((name) => existing(call, name)) };
      return { RetentionConfigurations: placeOf(call).retentionDays === undefined ? [] : [existing(call)] };
    },

    DeleteRetentionConfiguration: (call: Call<DeleteRetentionConfigurationRequest>): object => {
      existing(call, call.input.RetentionConfigurationName);
      delete placeOf(call).retentionDays;
      return {};
    },
  };
}
