import type {
  BatchUpdateFindingsRequest,
  BatchUpdateFindingsResponse,
  BatchUpdateFindingsUnprocessedFinding,
} from "@aws-sdk/client-securityhub";
import type { Call, Operation } from "../../../gateway/emulator.ts";
import { invalidInput } from "../errors.ts";
import { requireHub } from "../lifecycle.ts";
import type { State } from "../state.ts";
import { change, changesOf, updatable } from "./changes.ts";
import { announce } from "./delivery.ts";
import { findingKey } from "./import.ts";
import { type Sighting, visibleFindings } from "./visibility.ts";

/** Documentation of `BatchUpdateFindings`. */
const mostFindings = 100;

/** What customers set on findings: an administrator on its members' too. `UpdatedAt` stays the provider's. */
export function updateOperations(state: State): Record<string, Operation> {
  return {
    async BatchUpdateFindings(call: Call<BatchUpdateFindingsRequest>): Promise<BatchUpdateFindingsResponse> {
      requireHub(state, call);
      const identifiers = call.input.FindingIdentifiers ?? [];
      if (identifiers.length === 0 || identifiers.length > mostFindings) {
        throw invalidInput(`FindingIdentifiers must have 1 to ${mostFindings} items`);
      }
      const changes = changesOf(call.input, new Date(state.aws.now()));
      if (Object.keys(changes).length === 0)
        throw invalidInput(`At least one of ${updatable.join(", ")} must be given`);

      const seen = new Map<string, Sighting>();
      for (const sighting of visibleFindings(state, call)) seen.set(findingKey(sighting.stored.finding), sighting);
      const processed: typeof identifiers = [];
      const unprocessed: BatchUpdateFindingsUnprocessedFinding[] = [];
      for (const identifier of identifiers) {
        const sighting = seen.get(findingKey(identifier));
        if (sighting === undefined) {
          unprocessed.push({
            FindingIdentifier: identifier,
            ErrorCode: "FindingNotFound",
            ErrorMessage: "Finding Not Found",
          });
          continue;
        }
        processed.push(identifier);
        const { stored, at } = sighting;
        change(stored, changes);
        await announce(state, at, stored.finding);
      }
      return { ProcessedFindings: processed, UnprocessedFindings: unprocessed };
    },
  };
}
