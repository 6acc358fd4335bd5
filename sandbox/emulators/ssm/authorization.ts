import type { Call, Emulator } from "../../gateway/emulator.ts";
import { roleAskedFor } from "./automation/start.ts";
import { baselineIdOf } from "./patching/find.ts";
import { DEFAULT_HOST_MANAGEMENT, settingIdOf } from "./service-settings.ts";
import { arnOf, type Ssm } from "./state.ts";

type Decision = ReturnType<NonNullable<Emulator["authorization"]>>;
type AnyCall = Call<Record<string, unknown>>;

/**
 * Calls on one resource, with its part of the ARN and the member that names it. What is not here is decided on `*`
 * (service authorization reference, AWS Systems Manager).
 */
const ON_ONE: Readonly<Record<string, readonly [path: string, member: string]>> = {
  CreateAssociation: ["document", "Name"],
  CreateDocument: ["document", "Name"],
  CreateResourceDataSync: ["resourcedatasync", "SyncName"],
  DeleteAssociation: ["association", "AssociationId"],
  DeleteDocument: ["document", "Name"],
  DeleteMaintenanceWindow: ["maintenancewindow", "WindowId"],
  DeleteParameter: ["parameter", "Name"],
  DeletePatchBaseline: ["patchbaseline", "BaselineId"],
  DeleteResourceDataSync: ["resourcedatasync", "SyncName"],
  DeregisterPatchBaselineForPatchGroup: ["patchbaseline", "BaselineId"],
  DeregisterTargetFromMaintenanceWindow: ["maintenancewindow", "WindowId"],
  DeregisterTaskFromMaintenanceWindow: ["maintenancewindow", "WindowId"],
  DescribeAssociation: ["association", "AssociationId"],
  DescribeDocument: ["document", "Name"],
  DescribeDocumentPermission: ["document", "Name"],
  DescribeMaintenanceWindowTargets: ["maintenancewindow", "WindowId"],
  DescribeMaintenanceWindowTasks: ["maintenancewindow", "WindowId"],
  GetAutomationExecution: ["automation-execution", "AutomationExecutionId"],
  GetDocument: ["document", "Name"],
  GetMaintenanceWindow: ["maintenancewindow", "WindowId"],
  GetMaintenanceWindowTask: ["maintenancewindow", "WindowId"],
  GetParameter: ["parameter", "Name"],
  GetParametersByPath: ["parameter", "Path"],
  GetPatchBaseline: ["patchbaseline", "BaselineId"],
  GetServiceSetting: ["servicesetting", "SettingId"],
  ListDocumentVersions: ["document", "Name"],
  ModifyDocumentPermission: ["document", "Name"],
  PutParameter: ["parameter", "Name"],
  RegisterDefaultPatchBaseline: ["patchbaseline", "BaselineId"],
  RegisterPatchBaselineForPatchGroup: ["patchbaseline", "BaselineId"],
  RegisterTargetWithMaintenanceWindow: ["maintenancewindow", "WindowId"],
  RegisterTaskWithMaintenanceWindow: ["maintenancewindow", "WindowId"],
  ResetServiceSetting: ["servicesetting", "SettingId"],
  StopAutomationExecution: ["automation-execution", "AutomationExecutionId"],
  UpdateAssociation: ["association", "AssociationId"],
  UpdateDocument: ["document", "Name"],
  UpdateDocumentDefaultVersion: ["document", "Name"],
  UpdateMaintenanceWindow: ["maintenancewindow", "WindowId"],
  UpdateMaintenanceWindowTarget: ["maintenancewindow", "WindowId"],
  UpdateMaintenanceWindowTask: ["maintenancewindow", "WindowId"],
  UpdatePatchBaseline: ["patchbaseline", "BaselineId"],
  UpdateResourceDataSync: ["resourcedatasync", "SyncName"],
  UpdateServiceSetting: ["servicesetting", "SettingId"],
};

/** Paths by resource type of the tag calls. */
const TAGGED: Readonly<Record<string, string>> = {
  Association: "association",
  Document: "document",
  MaintenanceWindow: "maintenancewindow",
  Parameter: "parameter",
  PatchBaseline: "patchbaseline",
};

/** Calls that give Systems Manager a role; what is in them may name one. */
const ROLE_GIVERS = ["RegisterTaskWithMaintenanceWindow", "UpdateMaintenanceWindowTask"];

/** On what IAM decides about a call, and which role the caller must be allowed to pass. */
export function authorizationOf(ssm: Ssm, call: AnyCall): Decision {
  const passes = passedRole(ssm, call);
  return {
    resources: resourcesOf(ssm, call),
    ...(passes === undefined ? {} : { passes: { roleArn: passes, to: "ssm.amazonaws.com" } }),
  };
}

function resourcesOf(ssm: Ssm, call: AnyCall): string[] {
  const { operation, input } = call;
  if (operation === "StartAssociationsOnce" && Array.isArray(input.AssociationIds)) {
    return input.AssociationIds.map((id) => arnOf(ssm, call, `association/${id}`));
  }
  if (operation === "SendCommand" && Array.isArray(input.InstanceIds)) {
    const { partition } = ssm.aws.organization;
    const { accountId, region } = call;
    const hosts = input.InstanceIds.map((id) => `arn:${partition}:ec2:${region}:${accountId}:instance/${id}`);
    return [named(ssm, call, "document", String(input.DocumentName)), ...hosts];
  }
  if (operation === "StartAutomationExecution") {
    const [name = ""] = String(input.DocumentName).split("/").slice(-1);
    return [arnOf(ssm, call, `automation-definition/${name}:${input.DocumentVersion ?? "$DEFAULT"}`)];
  }
  const path = TAGGED[String(input.ResourceType)];
  if (/Tags(To|From|For)Resource$/.test(operation) && path !== undefined)
    return [named(ssm, call, path, String(input.ResourceId))];
  if (operation === "GetParameters" && Array.isArray(input.Names)) {
    return input.Names.map((name) => named(ssm, call, "parameter", String(name)));
  }
  const [kind, member] = ON_ONE[operation] ?? [];
  if (kind === undefined || member === undefined) return ["*"];
  // An association may also be named by document and instance, which no ARN tells.
  if (input[member] === undefined) return ["*"];
  const found = named(ssm, call, kind, String(input[member]));
  // A change of what an association runs is decided on both.
  const isMoved = operation === "UpdateAssociation" && typeof input.Name === "string";
  return isMoved ? [found, named(ssm, call, "document", String(input.Name))] : [found];
}

function named(ssm: Ssm, call: AnyCall, path: string, name: string): string {
  if (path === "servicesetting") return arnOf(ssm, call, `servicesetting${settingIdOf(name)}`);
  const id = path === "patchbaseline" ? baselineIdOf(name) : name;
  if (id.startsWith("arn:")) return id;
  if (path === "document" && /^(AWS|Amazon)/.test(id)) return arnOf(ssm, { ...call, accountId: "" }, `document/${id}`);
  // The slash before a parameter's name is the first of its path.
  return arnOf(ssm, call, `${path}/${path === "parameter" ? id.replace(/^\//, "") : id}`);
}

function passedRole(ssm: Ssm, { operation, input, accountId, region }: AnyCall): string | undefined {
  if (ROLE_GIVERS.includes(operation))
    return typeof input.ServiceRoleArn === "string" ? input.ServiceRoleArn : undefined;
  if (operation === "StartAutomationExecution") return roleAskedFor(ssm, { accountId, region }, input);
  const isHostRole =
    operation === "UpdateServiceSetting" && settingIdOf(String(input.SettingId)) === DEFAULT_HOST_MANAGEMENT;
  if (!isHostRole || input.SettingValue === "$None") return undefined;
  return `arn:${ssm.aws.organization.partition}:iam::${accountId}:role/${input.SettingValue}`;
}
