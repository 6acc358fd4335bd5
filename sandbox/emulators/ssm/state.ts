import type {
  AssociationDescription,
  AssociationExecution,
  CommandInvocation,
  DocumentFormat,
  GetMaintenanceWindowResult,
  GetPatchBaselineResult,
  MaintenanceWindowTarget,
  MaintenanceWindowTask,
  MaintenanceWindowTaskInvocationParameters,
  OperatingSystem,
  ParameterTier,
  ParameterType,
  ResourceDataSyncItem,
  ServiceSetting,
  Tag,
} from "@aws-sdk/client-ssm";
import { type Aws, AwsError, type Regional, regional } from "../../gateway/emulator.ts";
import { page } from "../page.ts";
import type { Execution } from "./automation/execution.ts";
import type { Content } from "./documents/content.ts";

/** One version of a document's content. */
export interface Version {
  readonly number: number;
  readonly name?: string | undefined;
  /** As it was given, in `format`. */
  readonly text: string;
  readonly format: DocumentFormat;
  readonly content: Content;
  readonly targetType?: string | undefined;
  readonly displayName?: string | undefined;
  readonly createdAt: Date;
}

export interface SsmDocument {
  readonly name: string;
  /** Account id, or `Amazon`. */
  readonly owner: string;
  readonly arn: string;
  readonly type: DocumentType;
  /** In order; the last one is the latest. Never empty. */
  readonly versions: Version[];
  defaultVersion: number;
  /** Until then a fresh document is `Creating`, a changed one `Updating`, in milliseconds since the epoch. */
  busy?: { readonly until: number; readonly status: "Creating" | "Updating" };
  /** The version shared, by account id or `all`. */
  readonly sharedWith: Map<string, string>;
  readonly tags: Map<string, string>;
}

/** The types that are served. */
export type DocumentType = "Command" | "Automation" | "Session";

export interface Association {
  readonly id: string;
  /** As DescribeAssociation tells each version; the last one is in force. */
  readonly versions: AssociationDescription[];
  readonly executions: AssociationExecution[];
  readonly tags: Map<string, string>;
}

export interface PatchBaseline {
  readonly id: string;
  readonly operatingSystem: OperatingSystem;
  /** As GetPatchBaseline tells it, without id, operating system and groups. */
  settings: Omit<GetPatchBaselineResult, "BaselineId" | "OperatingSystem" | "PatchGroups" | "$metadata">;
  readonly clientToken?: string | undefined;
  readonly tags: Map<string, string>;
}

export interface WindowTask extends MaintenanceWindowTask {
  TaskInvocationParameters?: MaintenanceWindowTaskInvocationParameters | undefined;
}

export interface MaintenanceWindow {
  readonly id: string;
  /** As GetMaintenanceWindow tells it. */
  settings: Omit<GetMaintenanceWindowResult, "$metadata">;
  readonly clientToken?: string | undefined;
  readonly targets: Map<string, MaintenanceWindowTarget>;
  readonly tasks: Map<string, WindowTask>;
  readonly tags: Map<string, string>;
}

/** A parameter in its last version. */
export interface StoredParameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly value: string;
  readonly version: number;
  readonly tier: ParameterTier;
  readonly dataType: string;
  readonly description?: string | undefined;
  readonly allowedPattern?: string | undefined;
  readonly keyId?: string | undefined;
  readonly modifiedAt: Date;
  readonly modifiedBy: string;
  readonly tags: Map<string, string>;
}

/** Systems Manager of one account in one region. */
export interface Place {
  readonly documents: Map<string, SsmDocument>;
  readonly associations: Map<string, Association>;
  /** What was set, by setting id. */
  readonly settings: Map<string, ServiceSetting>;
  readonly baselines: Map<string, PatchBaseline>;
  /** Ids of own baselines that are the default, by operating system. */
  readonly defaultBaselines: Map<OperatingSystem, string>;
  /** Baseline ids of a patch group, by operating system. */
  readonly patchGroups: Map<string, Map<OperatingSystem, string>>;
  readonly windows: Map<string, MaintenanceWindow>;
  readonly syncs: Map<string, ResourceDataSyncItem>;
  readonly parameters: Map<string, StoredParameter>;
  /** Of runbooks, in the order in which they were started. */
  readonly executions: Map<string, Execution>;
  /** On single hosts, the newest first. */
  readonly commands: CommandInvocation[];
}

export interface Ssm {
  readonly aws: Aws;
  readonly places: Regional<Place>;
}

export function createState(aws: Aws): Ssm {
  const empty = (): Place => ({
    documents: new Map(),
    associations: new Map(),
    settings: new Map(),
    baselines: new Map(),
    defaultBaselines: new Map(),
    patchGroups: new Map(),
    windows: new Map(),
    syncs: new Map(),
    parameters: new Map(),
    executions: new Map(),
    commands: [],
  });
  return { aws, places: regional(empty) };
}

/** The current time, as a date. */
export function now(ssm: Ssm): Date {
  return new Date(ssm.aws.now());
}

export interface Where {
  readonly accountId: string;
  readonly region: string;
}

/** `arn:<partition>:ssm:<region>:<account>:<resource>`. */
export function arnOf(ssm: Ssm, { accountId, region }: Where, resource: string): string {
  return `arn:${ssm.aws.organization.partition}:ssm:${region}:${accountId}:${resource}`;
}

/** A random identifier in the form of a UUID. */
export function uuid(ssm: Ssm): string {
  const digits = ssm.aws.hex(32);
  return [8, 12, 16, 20, 32].map((end, index, ends) => digits.slice(ends[index - 1] ?? 0, end)).join("-");
}

export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

/** The tags of a creating call. */
export function tagsOf(tags: readonly Tag[] = []): Map<string, string> {
  return new Map(tags.map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
}

/** `Tags` as AWS tells them. */
export function pairsOf(tags: ReadonlyMap<string, string>): { Key: string; Value: string }[] {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}

/** One page of a list. `code` is the error for a token that was never given; some calls declare none of their own. */
export function listed<Item>(
  items: readonly Item[],
  input: { readonly NextToken?: string | undefined; readonly MaxResults?: number | undefined },
  { defaultLimit = 50, code = "InvalidNextToken" }: { readonly defaultLimit?: number; readonly code?: string } = {},
): { readonly items: Item[]; readonly next: { readonly NextToken?: string } } {
  const { items: shown, nextToken } = page(items, {
    token: input.NextToken || undefined,
    limit: input.MaxResults,
    defaultLimit,
    badToken: () => new AwsError(code, "The specified token is not valid."),
  });
  return { items: shown, next: nextToken === undefined ? {} : { NextToken: nextToken } };
}

/** Without the members that are undefined: an answer has none of those. */
export function given<Members extends object>(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Members;
}
