import { hostDocuments } from "./host-documents.ts";
import { managedHosts } from "./managed-hosts.ts";
import { patching } from "./patching.ts";
import type { BaselineStack } from "./stack.ts";

/** Systems Manager manages the account's EC2 instances, knows what is on them and which patches they lack. */
export function systemsManager(stack: BaselineStack): void {
  if (!stack.inputs.features.systemsManager.enabled) return;
  managedHosts(stack);
  hostDocuments(stack);
  patching(stack);
}
