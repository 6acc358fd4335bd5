import type {
  AssociationDescription,
  AssociationFilter,
  AssociationVersionInfo,
  ListAssociationsRequest,
  ListAssociationsResult,
  ListAssociationVersionsRequest,
  ListAssociationVersionsResult,
  Association as Told,
} from "@aws-sdk/client-ssm";
import { AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import { inForce, noAssociation } from "./associations.ts";
import { given, listed, type Ssm } from "./state.ts";

function matches(association: AssociationDescription, { key, value = "" }: AssociationFilter): boolean {
  const last = association.LastExecutionDate;
  switch (key) {
    case "AssociationId":
    case "AssociationName":
    case "InstanceId":
    case "Name":
      return association[key] === value;
    case "AssociationStatusName":
      return association.Overview?.Status === value;
    case "LastExecutedAfter":
      return last !== undefined && last > new Date(value);
    case "LastExecutedBefore":
      return last !== undefined && last < new Date(value);
    case "ResourceGroupName":
      return (
        association.Targets?.some(({ Key, Values }) => Key === "resource-groups:Name" && Values?.includes(value)) ??
        false
      );
    default:
      throw new AwsError("NotImplemented", `The sandbox does not list associations by ${key}.`, 501);
  }
}

function summary(each: AssociationDescription): Told {
  return given({
    Name: each.Name,
    InstanceId: each.InstanceId,
    AssociationId: each.AssociationId,
    AssociationVersion: each.AssociationVersion,
    DocumentVersion: each.DocumentVersion,
    Targets: each.Targets,
    LastExecutionDate: each.LastExecutionDate,
    Overview: each.Overview,
    ScheduleExpression: each.ScheduleExpression,
    AssociationName: each.AssociationName,
    ScheduleOffset: each.ScheduleOffset,
    Duration: each.Duration,
    TargetMaps: each.TargetMaps,
  });
}

/** A version has no state: neither its last run nor an overview. */
function versionInfo(each: AssociationDescription): AssociationVersionInfo {
  const {
    Overview,
    LastExecutionDate,
    LastSuccessfulExecutionDate,
    LastUpdateAssociationDate,
    Date: first,
    InstanceId,
    ...kept
  } = each;
  return given({ ...kept, CreatedDate: LastUpdateAssociationDate ?? first });
}

export function associationListings(ssm: Ssm): Record<string, Operation> {
  return {
    ListAssociations: (call: Call<ListAssociationsRequest>): ListAssociationsResult => {
      const { AssociationFilterList: filters = [] } = call.input;
      const all = [...ssm.places.of(call.accountId, call.region).associations.values()].map(inForce);
      const wanted = all.filter((each) => filters.every((filter) => matches(each, filter)));
      const { items, next } = listed(wanted, call.input);
      return { Associations: items.map(summary), ...next };
    },

    ListAssociationVersions: (call: Call<ListAssociationVersionsRequest>): ListAssociationVersionsResult => {
      const found = ssm.places.of(call.accountId, call.region).associations.get(call.input.AssociationId ?? "");
      if (found === undefined) throw noAssociation();
      const { items, next } = listed([...found.versions].reverse(), call.input);
      return { AssociationVersions: items.map(versionInfo), ...next };
    },
  };
}
