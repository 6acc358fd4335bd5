import type {
  GetServiceSettingRequest,
  GetServiceSettingResult,
  ResetServiceSettingRequest,
  ResetServiceSettingResult,
  ServiceSetting,
  UpdateServiceSettingRequest,
} from "@aws-sdk/client-ssm";
import { AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import { arnOf, invalid, now, type Ssm, type Where } from "./state.ts";

export const DEFAULT_HOST_MANAGEMENT = "/ssm/managed-instance/default-ec2-instance-management-role";
export const PUBLIC_SHARING = "/ssm/documents/console/public-sharing-permission";

interface Rules {
  readonly initial: string;
  /** What it takes; any text where there is nothing. */
  readonly values?: readonly string[];
}

/** Settings with their first value and what they take (API reference, "UpdateServiceSetting"). */
const SETTINGS: Readonly<Record<string, Rules>> = {
  "/ssm/appmanager/appmanager-enabled": { initial: "False", values: ["True", "False"] },
  "/ssm/automation/customer-script-log-destination": { initial: "None", values: ["CloudWatch", "None"] },
  "/ssm/automation/customer-script-log-group-name": { initial: "/aws/ssm/automation/executeScript" },
  "/ssm/automation/enable-adaptive-concurrency": { initial: "False", values: ["True", "False"] },
  [PUBLIC_SHARING]: { initial: "Enable", values: ["Enable", "Disable"] },
  "/ssm/managed-instance/activation-tier": { initial: "standard", values: ["standard", "advanced"] },
  [DEFAULT_HOST_MANAGEMENT]: { initial: "$None" },
  "/ssm/opsinsights/opscenter": { initial: "Disabled", values: ["Enabled", "Disabled"] },
  "/ssm/parameter-store/default-parameter-tier": {
    initial: "Standard",
    values: ["Standard", "Advanced", "Intelligent-Tiering"],
  },
  "/ssm/parameter-store/high-throughput-enabled": { initial: "false", values: ["true", "false"] },
};

/** The id behind what a caller names: the id itself, with or without its slash, or its ARN. */
export function settingIdOf(named: string): string {
  const resource = /^arn:[\w-]+:ssm:[\w-]*:\d*:servicesetting(\/.+)$/.exec(named)?.[1] ?? named;
  return resource.startsWith("/") ? resource : `/${resource}`;
}

/** The setting as GetServiceSetting tells it. Throws `ServiceSettingNotFound`. */
export function settingOf(ssm: Ssm, where: Where, named: string): ServiceSetting {
  const id = settingIdOf(named);
  const rules = SETTINGS[id];
  if (rules === undefined) throw new AwsError("ServiceSettingNotFound", `The service setting ${named} does not exist.`);
  return (
    ssm.places.of(where.accountId, where.region).settings.get(id) ?? {
      SettingId: id,
      SettingValue: rules.initial,
      LastModifiedDate: new Date("2024-01-01T00:00:00Z"),
      LastModifiedUser: "System",
      ARN: arnOf(ssm, where, `servicesetting${id}`),
      Status: "Default",
    }
  );
}

/** Settings of Systems Manager for an account in a region: among them default host management. */
export function serviceSettingOperations(ssm: Ssm): Record<string, Operation> {
  return {
    GetServiceSetting: (call: Call<GetServiceSettingRequest>): GetServiceSettingResult => ({
      ServiceSetting: settingOf(ssm, call, call.input.SettingId ?? ""),
    }),

    UpdateServiceSetting: (call: Call<UpdateServiceSettingRequest>): object => {
      const { SettingId = "", SettingValue = "" } = call.input;
      const before = settingOf(ssm, call, SettingId);
      const { SettingId: id = "" } = before;
      const { values } = SETTINGS[id] ?? {};
      if (values !== undefined && !values.includes(SettingValue)) {
        throw invalid(`Value '${SettingValue}' of ${id} must be one of: ${values.join(", ")}`);
      }
      ssm.places.of(call.accountId, call.region).settings.set(id, {
        ...before,
        SettingValue,
        LastModifiedDate: now(ssm),
        LastModifiedUser: call.principal.arn,
        Status: "Customized",
      });
      return {};
    },

    ResetServiceSetting: (call: Call<ResetServiceSettingRequest>): ResetServiceSettingResult => {
      const { SettingId: id = "" } = settingOf(ssm, call, call.input.SettingId ?? "");
      ssm.places.of(call.accountId, call.region).settings.delete(id);
      return { ServiceSetting: settingOf(ssm, call, id) };
    },
  };
}
