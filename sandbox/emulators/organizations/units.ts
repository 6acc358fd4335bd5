import type {
  CreateOrganizationalUnitRequest,
  CreateOrganizationalUnitResponse,
  DeleteOrganizationalUnitRequest,
  DescribeOrganizationalUnitRequest,
  DescribeOrganizationalUnitResponse,
  ListChildrenRequest,
  ListChildrenResponse,
  ListOrganizationalUnitsForParentRequest,
  ListOrganizationalUnitsForParentResponse,
  ListParentsRequest,
  ListParentsResponse,
  ListRootsRequest,
  ListRootsResponse,
  OrganizationalUnit,
  UpdateOrganizationalUnitRequest,
  UpdateOrganizationalUnitResponse,
} from "@aws-sdk/client-organizations";
import { type Aws, AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import { requireManagement, requireReader } from "./access.ts";
import { constraint } from "./errors.ts";
import { isParent, membersOf, parentsOf, pathOf } from "./hierarchy.ts";
import { addUnit, type Organization, type Unit } from "./organization.ts";
import { listPage } from "./paging.ts";
import { rootShape } from "./policy-types.ts";
import { putTags } from "./tags.ts";

/** Levels of units that may nest under the root. Source: Organizations quotas, "OU maximum nesting in a root". */
const MAX_DEPTH = 5;

/** The root, the organizational units and the tree that they make. */
export function unitOperations(organization: Organization, aws: Aws): Record<string, Operation> {
  const shape = (unit: Unit): OrganizationalUnit => ({
    Id: unit.id,
    Arn: unit.arn,
    Name: unit.name,
    Path: pathOf(organization, unit.id),
  });
  const unitsUnder = (parentId: string | undefined) =>
    [...organization.units.values()].filter((unit) => unit.parentId === parentId);
  const accountsUnder = (parentId: string | undefined) =>
    membersOf(organization).filter((account) => account.parentId === parentId);
  const requireUnit = (id: string | undefined): Unit => {
    const unit = organization.units.get(id ?? "");
    if (unit === undefined) {
      throw new AwsError(
        "OrganizationalUnitNotFoundException",
        "You specified an organizational unit that doesn't exist.",
      );
    }
    return unit;
  };
  const refuseDuplicate = (parentId: string | undefined, name: string | undefined, except?: string) => {
    if (unitsUnder(parentId).some((unit) => unit.name === name && unit.id !== except)) {
      throw new AwsError("DuplicateOrganizationalUnitException", "An OU with the same name already exists.");
    }
  };

  return {
    ListRoots(call: Call<ListRootsRequest>): ListRootsResponse {
      requireReader(organization, call);
      const { items, ...rest } = listPage([rootShape(organization)], call.input);
      return { Roots: items, ...rest };
    },

    ListOrganizationalUnitsForParent(
      call: Call<ListOrganizationalUnitsForParentRequest>,
    ): ListOrganizationalUnitsForParentResponse {
      requireReader(organization, call);
      requireParent(organization, call.input.ParentId);
      const { items, ...rest } = listPage(unitsUnder(call.input.ParentId).map(shape), call.input);
      return { OrganizationalUnits: items, ...rest };
    },

    ListChildren(call: Call<ListChildrenRequest>): ListChildrenResponse {
      requireReader(organization, call);
      const { ParentId: parentId, ChildType: type } = call.input;
      requireParent(organization, parentId);
      const children = type === "ACCOUNT" ? accountsUnder(parentId) : unitsUnder(parentId);
      const { items, ...rest } = listPage(
        children.map(({ id }) => ({ Id: id, Type: type })),
        call.input,
      );
      return { Children: items, ...rest };
    },

    ListParents(call: Call<ListParentsRequest>): ListParentsResponse {
      requireReader(organization, call);
      const parent = parentsOf(organization, call.input.ChildId ?? "")[0];
      if (parent === undefined) {
        throw new AwsError("ChildNotFoundException", "You specified a child that doesn't exist.");
      }
      return { Parents: [{ Id: parent, Type: parent === organization.rootId ? "ROOT" : "ORGANIZATIONAL_UNIT" }] };
    },

    DescribeOrganizationalUnit(call: Call<DescribeOrganizationalUnitRequest>): DescribeOrganizationalUnitResponse {
      requireReader(organization, call);
      return { OrganizationalUnit: shape(requireUnit(call.input.OrganizationalUnitId)) };
    },

    CreateOrganizationalUnit(call: Call<CreateOrganizationalUnitRequest>): CreateOrganizationalUnitResponse {
      requireManagement(organization, call);
      const { ParentId: parentId = "", Name: name = "", Tags: tags } = call.input;
      requireParent(organization, parentId);
      refuseDuplicate(parentId, name);
      if (parentsOf(organization, parentId).length >= MAX_DEPTH) {
        throw constraint("OU_DEPTH_LIMIT_EXCEEDED", "You have exceeded the maximum nesting of organizational units.");
      }
      const id = `ou-${organization.rootId.slice("r-".length)}-${aws.hex(8)}`;
      const unit = addUnit(organization, { id, name, parentId });
      putTags(organization, id, tags);
      return { OrganizationalUnit: shape(unit) };
    },

    UpdateOrganizationalUnit(call: Call<UpdateOrganizationalUnitRequest>): UpdateOrganizationalUnitResponse {
      requireManagement(organization, call);
      const unit = requireUnit(call.input.OrganizationalUnitId);
      const { Name: name = unit.name } = call.input;
      refuseDuplicate(unit.parentId, name, unit.id);
      return { OrganizationalUnit: shape(addUnit(organization, { ...unit, name })) };
    },

    DeleteOrganizationalUnit(call: Call<DeleteOrganizationalUnitRequest>) {
      requireManagement(organization, call);
      const { id } = requireUnit(call.input.OrganizationalUnitId);
      if (accountsUnder(id).length + unitsUnder(id).length > 0) {
        throw new AwsError(
          "OrganizationalUnitNotEmptyException",
          "To delete an organizational unit you must first remove all accounts and child organizational units from it.",
        );
      }
      organization.units.delete(id);
      for (const targets of organization.policies.attachments.values()) targets.delete(id);
      organization.tags.delete(id);
      return {};
    },
  };
}

/** Throws `ParentNotFoundException` unless the id is the root's or a unit's. */
export function requireParent(organization: Organization, id: string | undefined): void {
  if (!isParent(organization, id ?? "")) {
    throw new AwsError("ParentNotFoundException", "You specified a parent that doesn't exist.");
  }
}
