import type { Status } from "@aws-sdk/client-inspector2";
import {
  agentlessPrincipal,
  type Inspector,
  type Place,
  type ScanType,
  servicePrincipal,
  TRANSITION,
} from "./state.ts";

export function statusOf(place: Place, type: ScanType): Status {
  return place.scans.get(type) ?? "DISABLED";
}

/** Of the account as a whole: enabled as long as anything is (user guide, "Deactivating Amazon Inspector"). */
export function accountStatus(place: Place): Status {
  const statuses = [...place.scans.values()];
  const precedence: readonly Status[] = ["ENABLED", "ENABLING", "DISABLING"];
  return precedence.find((status) => statuses.includes(status)) ?? "DISABLED";
}

export function isOn(place: Place, type: ScanType): boolean {
  return ["ENABLED", "ENABLING"].includes(statusOf(place, type));
}

/** The service-linked roles that Inspector needs for these scans. They come first: if that fails, nothing has changed. */
export async function ensureRoles({ aws }: Inspector, accountId: string, types: readonly ScanType[]): Promise<void> {
  const principals = [servicePrincipal, ...(types.includes("EC2") ? [agentlessPrincipal] : [])];
  await Promise.all(principals.map((principal) => aws.ensureServiceLinkedRole(accountId, principal)));
}

/** Starts to enable what is off. What is on or under way stays as it is. */
export function startEnabling(inspector: Inspector, place: Place, types: readonly ScanType[]): void {
  change(
    inspector,
    place,
    types.filter((type) => statusOf(place, type) === "DISABLED"),
    ["ENABLING", "ENABLED"],
  );
}

/** Starts to disable what is on; `done` is called when it is off. */
export function startDisabling(
  inspector: Inspector,
  place: Place,
  types: readonly ScanType[],
  done: () => void = () => {},
): void {
  change(
    inspector,
    place,
    types.filter((type) => statusOf(place, type) === "ENABLED"),
    ["DISABLING", "DISABLED"],
    done,
  );
}

function change(
  inspector: Inspector,
  place: Place,
  types: readonly ScanType[],
  [meanwhile, then]: readonly [Status, Status],
  done: () => void = () => {},
): void {
  if (types.length === 0) return;
  for (const type of types) place.scans.set(type, meanwhile);
  // Nothing else touches a type that is under way, so it is still there when its time has come.
  inspector.aws.later(TRANSITION, () => {
    for (const type of types) {
      if (then === "DISABLED") place.scans.delete(type);
      else place.scans.set(type, then);
    }
    done();
  });
}
