import type {
  DisableImageBlockPublicAccessResult,
  DisableSnapshotBlockPublicAccessResult,
  EnableImageBlockPublicAccessRequest,
  EnableImageBlockPublicAccessResult,
  EnableSnapshotBlockPublicAccessRequest,
  EnableSnapshotBlockPublicAccessResult,
  GetImageBlockPublicAccessStateResult,
  GetSnapshotBlockPublicAccessStateResult,
  ImageBlockPublicAccessEnabledState,
  ModifyImageAttributeRequest,
  ModifySnapshotAttributeRequest,
  SnapshotBlockPublicAccessState,
} from "@aws-sdk/client-ec2";
import { AwsError, type Call, type Guard, type Operation, regional } from "../../gateway/emulator.ts";

/** A setting's own calls, and those of moto's that it forbids. */
interface Sharing {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly guards: Readonly<Record<string, Guard>>;
}

type Nothing = Readonly<Record<string, unknown>>;

/** Whether snapshots may be shared with everyone; they may until an account says otherwise (Amazon EBS User Guide). */
export function snapshotSharing(): Sharing {
  const settings = regional(() => ({ state: "unblocked" as SnapshotBlockPublicAccessState }));
  const operations = {
    EnableSnapshotBlockPublicAccess(
      call: Call<EnableSnapshotBlockPublicAccessRequest>,
    ): EnableSnapshotBlockPublicAccessResult {
      const { State } = call.input;
      // The model's enum has it, since the answers do; the API reference says that it is no value here.
      if (State === undefined || State === "unblocked") {
        throw new AwsError("InvalidParameterValue", `Value (${State}) for parameter State is invalid.`);
      }
      settings.of(call.accountId, call.region).state = State;
      return { State };
    },

    DisableSnapshotBlockPublicAccess(call: Call<Nothing>): DisableSnapshotBlockPublicAccessResult {
      settings.of(call.accountId, call.region).state = "unblocked";
      return { State: "unblocked" };
    },

    GetSnapshotBlockPublicAccessState(call: Call<Nothing>): GetSnapshotBlockPublicAccessStateResult {
      return { State: settings.of(call.accountId, call.region).state, ManagedBy: "account" };
    },
  };
  const ModifySnapshotAttribute = (call: Call<ModifySnapshotAttributeRequest>) => {
    const { CreateVolumePermission, OperationType, GroupNames } = call.input;
    const isPublic = addsEveryone(CreateVolumePermission?.Add, OperationType, GroupNames);
    const { state } = settings.of(call.accountId, call.region);
    if (isPublic && state !== "unblocked") throw notShared("snapshot", "snapshots", "DisableSnapshotBlockPublicAccess");
  };
  return { operations, guards: { ModifySnapshotAttribute } };
}

/**
 * Whether images may be shared with everyone: in an account that never had a public one they may not (Amazon EC2 User
 * Guide, "Understand block public access for AMIs"). AWS takes up to ten minutes for a change, the sandbox none.
 */
export function imageSharing(): Sharing {
  const settings = regional(() => ({ state: "block-new-sharing" as ImageBlockPublicAccessEnabledState | "unblocked" }));
  const operations = {
    EnableImageBlockPublicAccess(call: Call<EnableImageBlockPublicAccessRequest>): EnableImageBlockPublicAccessResult {
      settings.of(call.accountId, call.region).state = "block-new-sharing";
      return { ImageBlockPublicAccessState: "block-new-sharing" };
    },

    DisableImageBlockPublicAccess(call: Call<Nothing>): DisableImageBlockPublicAccessResult {
      settings.of(call.accountId, call.region).state = "unblocked";
      return { ImageBlockPublicAccessState: "unblocked" };
    },

    GetImageBlockPublicAccessState(call: Call<Nothing>): GetImageBlockPublicAccessStateResult {
      return {
        ImageBlockPublicAccessState: settings.of(call.accountId, call.region).state,
        ManagedBy: "account",
      };
    },
  };
  const ModifyImageAttribute = (call: Call<ModifyImageAttributeRequest>) => {
    const { LaunchPermission, OperationType, UserGroups } = call.input;
    const isPublic = addsEveryone(LaunchPermission?.Add, OperationType, UserGroups);
    const { state } = settings.of(call.accountId, call.region);
    if (isPublic && state !== "unblocked") throw notShared("image", "AMIs", "DisableImageBlockPublicAccess");
  };
  return { operations, guards: { ModifyImageAttribute } };
}

/** Both ways to say it: as permissions to add, or as an operation on groups. */
function addsEveryone(
  added: readonly { readonly Group?: string | undefined }[] = [],
  operation: string | undefined,
  groups: readonly string[] = [],
): boolean {
  return added.some(({ Group }) => Group === "all") || (operation === "add" && groups.includes("all"));
}

/** As EC2 words it for images; https://github.com/hortonworks/cloudbreak-images/pull/926 shows one. */
function notShared(thing: string, things: string, remedy: string): AwsError {
  return new AwsError(
    "OperationNotPermitted",
    `You can't publicly share this ${thing} because block public access for ${things} is enabled for this account. ` +
      `To publicly share the ${thing}, you must call the ${remedy} API.`,
  );
}
