import { AwsError } from "../../../gateway/emulator.ts";
import type { MaintenanceWindow, Ssm, Where } from "../state.ts";

/** A window of the account. Throws `DoesNotExistException`. */
export function windowOf(ssm: Ssm, { accountId, region }: Where, id = ""): MaintenanceWindow {
  const found = ssm.places.of(accountId, region).windows.get(id);
  if (found === undefined) throw missing(`Maintenance window ${id}`);
  return found;
}

export function missing(what: string): AwsError {
  return new AwsError("DoesNotExistException", `${what} does not exist.`);
}
