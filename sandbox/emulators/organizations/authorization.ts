import type { Call, Emulator } from "../../gateway/emulator.ts";
import { arnOf, type Organization, policyArn } from "./organization.ts";
import { policyOf } from "./policies.ts";

/** Input members that name an entity on which IAM can grant the call. */
const ENTITIES = [
  "AccountId",
  "OrganizationalUnitId",
  "ParentId",
  "ChildId",
  "SourceParentId",
  "DestinationParentId",
  "ResourceId",
  "RootId",
  "TargetId",
  "PolicyId",
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
      return typeof id === "string" ? [resourceOf(organization, id)] : [];
    });
    const policyId = typeof input.PolicyId === "string" ? input.PolicyId : undefined;
    const context = {
      "organizations:ServicePrincipal": input.ServicePrincipal,
      "organizations:PolicyType":
        input.PolicyType ?? input.Type ?? input.Filter ?? policyOf(organization, policyId)?.type,
    };
    const known = Object.entries(context).filter((entry): entry is [string, string] => typeof entry[1] === "string");
    const tagsAtCreation = operation.startsWith("Create") && Array.isArray(input.Tags) && input.Tags.length > 0;
    return {
      actions: [`organizations:${operation}`, ...(tagsAtCreation ? ["organizations:TagResource"] : [])],
      ...(resources.length > 0 ? { resources } : {}),
      context: { ...Object.fromEntries(known), ...tagKeysOf(input) },
    };
  };
}

function tagKeysOf({ Tags: tags, TagKeys: keys }: Readonly<Record<string, unknown>>): { "aws:TagKeys"?: string[] } {
  if (Array.isArray(keys)) return { "aws:TagKeys": keys };
  return Array.isArray(tags) && tags.length > 0 ? { "aws:TagKeys": tags.map((tag: { Key: string }) => tag.Key) } : {};
}

function resourceOf(organization: Organization, id: string): string {
  const policy = policyOf(organization, id);
  if (policy !== undefined) return policyArn(organization, policy);
  if (id.startsWith("p-"))
    return `arn:${organization.partition}:organizations::${organization.managementAccountId}:policy/*`;
  return arnOf(organization, kindOf(id), id);
}

function kindOf(id: string): "account" | "ou" | "root" {
  if (id.startsWith("ou-")) return "ou";
  return id.startsWith("r-") ? "root" : "account";
}
