import type { OrganizationSettings } from "../settings.ts";
import type { Statement } from "./policy-document.ts";
import { ROOT_ACCESS } from "./service-actions.ts";

/** What the management role needs for central root access, where that is on. It may not open a session of a root user. */
export function rootAccessRights({ features }: OrganizationSettings): readonly Statement[] {
  if (!features.rootAccess.enabled) return [];
  return [{ Sid: "RootAccess", Effect: "Allow", Action: ROOT_ACCESS, Resource: ["*"] }];
}
