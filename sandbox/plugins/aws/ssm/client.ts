import {
  AddTagsToResourceCommand,
  CreateAssociationCommand,
  CreateDocumentCommand,
  CreateMaintenanceWindowCommand,
  CreatePatchBaselineCommand,
  CreateResourceDataSyncCommand,
  DeleteAssociationCommand,
  DeleteDocumentCommand,
  DeleteMaintenanceWindowCommand,
  DeleteParameterCommand,
  DeletePatchBaselineCommand,
  DeleteResourceDataSyncCommand,
  DeregisterPatchBaselineForPatchGroupCommand,
  DeregisterTargetFromMaintenanceWindowCommand,
  DeregisterTaskFromMaintenanceWindowCommand,
  DescribeAssociationCommand,
  DescribeDocumentCommand,
  DescribeDocumentPermissionCommand,
  DescribeMaintenanceWindowTargetsCommand,
  DescribeParametersCommand,
  DescribePatchBaselinesCommand,
  DescribePatchGroupsCommand,
  GetDefaultPatchBaselineCommand,
  GetDocumentCommand,
  GetMaintenanceWindowCommand,
  GetMaintenanceWindowTaskCommand,
  GetParameterCommand,
  GetPatchBaselineCommand,
  GetServiceSettingCommand,
  ListResourceDataSyncCommand,
  ListTagsForResourceCommand,
  ModifyDocumentPermissionCommand,
  PutParameterCommand,
  RegisterDefaultPatchBaselineCommand,
  RegisterPatchBaselineForPatchGroupCommand,
  RegisterTargetWithMaintenanceWindowCommand,
  RegisterTaskWithMaintenanceWindowCommand,
  RemoveTagsFromResourceCommand,
  ResetServiceSettingCommand,
  type ResourceTypeForTagging,
  type SSM,
  SSMClient,
  UpdateAssociationCommand,
  UpdateDocumentCommand,
  UpdateDocumentDefaultVersionCommand,
  UpdateMaintenanceWindowCommand,
  UpdateMaintenanceWindowTargetCommand,
  UpdateMaintenanceWindowTaskCommand,
  UpdatePatchBaselineCommand,
  UpdateServiceSettingCommand,
} from "@aws-sdk/client-ssm";
import { clientMaker } from "../../provider/client.ts";
import type { Place } from "../../provider/place.ts";
import { asPairs, fromPairs, tagChanges } from "../../provider/tags.ts";

export const ssmClient = clientMaker<SSM>()(SSMClient, {
  AddTagsToResourceCommand,
  CreateAssociationCommand,
  CreateDocumentCommand,
  CreateMaintenanceWindowCommand,
  CreatePatchBaselineCommand,
  CreateResourceDataSyncCommand,
  DeleteAssociationCommand,
  DeleteDocumentCommand,
  DeleteMaintenanceWindowCommand,
  DeleteParameterCommand,
  DeletePatchBaselineCommand,
  DeleteResourceDataSyncCommand,
  DeregisterPatchBaselineForPatchGroupCommand,
  DeregisterTargetFromMaintenanceWindowCommand,
  DeregisterTaskFromMaintenanceWindowCommand,
  DescribeAssociationCommand,
  DescribeDocumentCommand,
  DescribeDocumentPermissionCommand,
  DescribeMaintenanceWindowTargetsCommand,
  DescribeParametersCommand,
  DescribePatchBaselinesCommand,
  DescribePatchGroupsCommand,
  GetDefaultPatchBaselineCommand,
  GetDocumentCommand,
  GetMaintenanceWindowCommand,
  GetMaintenanceWindowTaskCommand,
  GetParameterCommand,
  GetPatchBaselineCommand,
  GetServiceSettingCommand,
  ListResourceDataSyncCommand,
  ListTagsForResourceCommand,
  ModifyDocumentPermissionCommand,
  PutParameterCommand,
  RegisterDefaultPatchBaselineCommand,
  RegisterPatchBaselineForPatchGroupCommand,
  RegisterTargetWithMaintenanceWindowCommand,
  RegisterTaskWithMaintenanceWindowCommand,
  RemoveTagsFromResourceCommand,
  ResetServiceSettingCommand,
  UpdateAssociationCommand,
  UpdateDocumentCommand,
  UpdateDocumentDefaultVersionCommand,
  UpdateMaintenanceWindowCommand,
  UpdateMaintenanceWindowTargetCommand,
  UpdateMaintenanceWindowTaskCommand,
  UpdatePatchBaselineCommand,
  UpdateServiceSettingCommand,
});

type Tags = Readonly<Record<string, string>>;

export async function tagsOf(place: Place, ResourceType: ResourceTypeForTagging, ResourceId: string): Promise<Tags> {
  const ssm = await place.client(ssmClient);
  return fromPairs((await ssm.listTagsForResource({ ResourceType, ResourceId })).TagList);
}

/** Brings a resource's tags from those of the state to those that are wanted. */
export async function setTags(
  place: Place,
  ResourceType: ResourceTypeForTagging,
  ResourceId: string,
  before?: Tags,
  after?: Tags,
): Promise<void> {
  const ssm = await place.client(ssmClient);
  const { set, remove } = tagChanges(before, after);
  if (remove.length > 0) await ssm.removeTagsFromResource({ ResourceType, ResourceId, TagKeys: remove });
  if (Object.keys(set).length > 0) await ssm.addTagsToResource({ ResourceType, ResourceId, Tags: asPairs(set) });
}

/** Whether anything but tags has changed. */
export function changedMoreThanTags(changed: ReadonlySet<string>): boolean {
  return [...changed].some((name) => !/^tags/.test(name));
}

/** RFC 3339 in whole seconds, as Go writes it. */
export function timeOf(date: Date | undefined): string | undefined {
  return date?.toISOString().replace(/\.\d+Z$/, "Z");
}
