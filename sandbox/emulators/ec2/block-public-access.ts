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
  SnapshotBlockPublicAccessState,
} from "@aws-sdk/client-ec2";
import { AwsError, type Call, type Operation, regional } from "../../gateway/emulator.ts";

type Nothing = Readonly<Record<string, unknown>>;

/** Whether snapshots may be shared with everyone; they may until an account says otherwise (Amazon EBS User Guide). */
export function snapshotSharing(): Record<string, Operation> {
  const settings = regional(() => ({ state: "unblocked" as SnapshotBlockPublicAccessState }));
  return {
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
}

/**
 * Whether images may be shared with everyone: in an account that never had a public one they may not (Amazon EC2 User
 * Guide, "Understand block public access for AMIs"). AWS takes up to ten minutes for a change, the sandbox none.
 */
export function imageSharing(): Record<string, Operation> {
  const settings = regional(() => ({ state: "block-new-sharing" as ImageBlockPublicAccessEnabledState | "unblocked" }));
  return {
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
}
