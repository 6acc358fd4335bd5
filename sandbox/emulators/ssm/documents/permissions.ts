import type {
  DescribeDocumentPermissionRequest,
  DescribeDocumentPermissionResponse,
  ModifyDocumentPermissionRequest,
} from "@aws-sdk/client-ssm";
import { AwsError, type Call, type Operation } from "../../../gateway/emulator.ts";
import { PUBLIC_SHARING, settingOf } from "../service-settings.ts";
import { invalid, listed, type Ssm } from "../state.ts";
import { ownDocument } from "./find.ts";

/** Accounts that a document is shared with, and public documents of an account (Systems Manager quotas). */
const MOST_ACCOUNTS = 1000;
const MOST_PUBLIC = 5;

/** With whom a document is shared. */
export function permissionOperations(ssm: Ssm): Record<string, Operation> {
  function checkPublic({ accountId, region }: Call<ModifyDocumentPermissionRequest>, name: string): void {
    if (settingOf(ssm, { accountId, region }, PUBLIC_SHARING).SettingValue === "Disable") {
      throw new AwsError(
        "InvalidPermissionType",
        "Public sharing of documents is blocked for this account and region.",
      );
    }
    const documents = [...ssm.places.of(accountId, region).documents.values()];
    const others = documents.filter((each) => each.name !== name && each.sharedWith.has("all"));
    if (others.length >= MOST_PUBLIC) {
      throw new AwsError("DocumentPermissionLimit", `You can share at most ${MOST_PUBLIC} documents publicly.`);
    }
  }

  return {
    ModifyDocumentPermission: (call: Call<ModifyDocumentPermissionRequest>): object => {
      const {
        Name = "",
        AccountIdsToAdd = [],
        AccountIdsToRemove = [],
        SharedDocumentVersion = "$DEFAULT",
      } = call.input;
      const document = ownDocument(ssm, call, Name);
      const lower = (ids: readonly string[]) => ids.map((id) => id.toLowerCase());
      const [added, removed] = [lower(AccountIdsToAdd), lower(AccountIdsToRemove)];
      for (const ids of [added, removed]) {
        if (ids.includes("all") && ids.length > 1)
          throw invalid("Accounts can either be all or a group of AWS accounts");
      }
      if (added.includes("all")) checkPublic(call, Name);
      const shared = new Map(document.sharedWith);
      for (const id of added) shared.set(id, SharedDocumentVersion);
      // Removing goes before adding where an account is in both.
      for (const id of removed) shared.delete(id);
      if (shared.size > MOST_ACCOUNTS) {
        throw new AwsError(
          "DocumentPermissionLimit",
          `A document can be shared with at most ${MOST_ACCOUNTS} accounts.`,
        );
      }
      document.sharedWith.clear();
      for (const [id, version] of shared) document.sharedWith.set(id, version);
      return {};
    },

    DescribeDocumentPermission: (call: Call<DescribeDocumentPermissionRequest>): DescribeDocumentPermissionResponse => {
      const { sharedWith } = ownDocument(ssm, call, call.input.Name ?? "");
      const { items, next } = listed([...sharedWith], call.input, { defaultLimit: 200 });
      return {
        AccountIds: items.map(([id]) => id),
        AccountSharingInfoList: items.map(([AccountId, SharedDocumentVersion]) => ({
          AccountId,
          SharedDocumentVersion,
        })),
        ...next,
      };
    },
  };
}
