import type { Call, Emulator } from "../../gateway/emulator.ts";
import { arnOf, type Organization } from "./organization.ts";

/** Input members that name an entity on which IAM can grant the call. */
const ENTITIES = [
  "AccountId",
  "OrganizationalUnitId",
  "ParentId",
  "ChildId",
  "SourceParentId",
  "DestinationParentId",
  "ResourceId",
] as const;

/**
 * IAM resources and condition keys of an Organizations call: the entities that it names, else `*`; tags given at
 * creation need `organizations:TagResource` too.
 * Source: service authorization reference, "Actions defined by AWS Organizations".
 */
export function authorizationOf(organization: Organization): NonNullable<Emulator["authorization"]> {
  return ({ operation, input }: Call<Record<string, unknown>>) => {
    const resources = ENTITIES.flatMap((member) => {
      const id = input[member];
      return typeof id === "string" ? [arnOf(organization, kindOf(id), id)] : [];
    });
    const principal = input.ServicePrincipal;
    const tagsAtCreation = operation.startsWith("Create") && Array.isArray(input.Tags) && input.Tags.length > 0;
    return {
      actions: [`organizations:${operation}`, ...(tagsAtCreation ? ["organizations:TagResource"] : [])],
      ...(resources.length > 0 ? { resources } : {}),
      ...(typeof principal === "string" ? { context: { "organizations:ServicePrincipal": principal } } : {}),
    };
  };
}

function kindOf(id: string): "account" | "ou" | "root" {
  if (id.startsWith("ou-")) return "ou";
  return id.startsWith("r-") ? "root" : "account";
}
