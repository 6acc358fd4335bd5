import type {
  AssociationDescription,
  CreateAssociationRequest,
  CreateAssociationResult,
  DeleteAssociationRequest,
  DescribeAssociationExecutionsRequest,
  DescribeAssociationExecutionsResult,
  DescribeAssociationRequest,
  DescribeAssociationResult,
  StartAssociationsOnceRequest,
  UpdateAssociationRequest,
  UpdateAssociationResult,
} from "@aws-sdk/client-ssm";
import { AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import { checkAssociation } from "./association-rules.ts";
import { type Association, given, listed, now, type Ssm, tagsOf, uuid, type Where } from "./state.ts";

/** Associations of an account in a region, and versions of one (Systems Manager quotas). */
const MOST_ASSOCIATIONS = 2000;
const MOST_VERSIONS = 1000;

export function noAssociation(): AwsError {
  return new AwsError("AssociationDoesNotExist", "The specified association does not exist.");
}

/** What is in force of an association. */
export function inForce({ versions }: Association): AssociationDescription {
  // There is always one.
  return versions.at(-1) as AssociationDescription;
}

type Wanted = Omit<CreateAssociationRequest, "Tags"> & { readonly AssociationVersion?: string | undefined };

/** What describes an association whatever happens to it. */
function settings(wanted: Wanted): AssociationDescription {
  return given({
    Name: wanted.Name,
    InstanceId: wanted.InstanceId,
    DocumentVersion: wanted.DocumentVersion ?? "$DEFAULT",
    AutomationTargetParameterName: wanted.AutomationTargetParameterName,
    Parameters: wanted.Parameters,
    Targets:
      wanted.Targets ??
      (wanted.InstanceId === undefined ? undefined : [{ Key: "InstanceIds", Values: [wanted.InstanceId] }]),
    ScheduleExpression: wanted.ScheduleExpression,
    OutputLocation: wanted.OutputLocation,
    AssociationName: wanted.AssociationName,
    MaxErrors: wanted.MaxErrors,
    MaxConcurrency: wanted.MaxConcurrency,
    ComplianceSeverity: wanted.ComplianceSeverity,
    SyncCompliance: wanted.SyncCompliance,
    ApplyOnlyAtCronInterval: wanted.ApplyOnlyAtCronInterval ?? false,
    CalendarNames: wanted.CalendarNames,
    TargetLocations: wanted.TargetLocations,
    ScheduleOffset: wanted.ScheduleOffset,
    Duration: wanted.Duration,
    TargetMaps: wanted.TargetMaps,
    AssociationDispatchAssumeRole: wanted.AssociationDispatchAssumeRole,
  });
}

/**
 * State Manager: associations of documents with targets. The sandbox has no managed nodes, so an association reaches none
 * and each of its runs succeeds at once.
 */
export function associationOperations(ssm: Ssm): Record<string, Operation> {
  const associationsOf = ({ accountId, region }: Where) => ssm.places.of(accountId, region).associations;

  /** By id, or as older documents have it by document and instance. */
  function find(call: Call<DescribeAssociationRequest>): Association {
    const { AssociationId, Name, InstanceId } = call.input;
    const all = associationsOf(call);
    const found =
      AssociationId !== undefined
        ? all.get(AssociationId)
        : [...all.values()].find((each) => inForce(each).Name === Name && inForce(each).InstanceId === InstanceId);
    if (found === undefined) throw noAssociation();
    return found;
  }

  function run({ id, versions, executions }: Association): void {
    const time = now(ssm);
    const latest = versions.at(-1);
    executions.unshift({
      AssociationId: id,
      AssociationVersion: latest?.AssociationVersion,
      ExecutionId: uuid(ssm),
      Status: "Success",
      DetailedStatus: "Success",
      CreatedTime: time,
      LastExecutionDate: time,
      ResourceCountByStatus: "{}",
    });
    if (latest === undefined) return;
    versions[versions.length - 1] = {
      ...latest,
      LastExecutionDate: time,
      LastSuccessfulExecutionDate: time,
      Overview: { Status: "Success", DetailedStatus: "Success", AssociationStatusAggregatedCount: {} },
    };
  }

  function begin(association: Association): AssociationDescription {
    const answer = inForce(association);
    if (answer.ApplyOnlyAtCronInterval !== true) run(association);
    return answer;
  }

  return {
    CreateAssociation: (call: Call<CreateAssociationRequest>): CreateAssociationResult => {
      const all = associationsOf(call);
      checkAssociation(ssm, call, call.input);
      const { Name, InstanceId, Tags } = call.input;
      const same = (each: Association) => inForce(each).Name === Name && inForce(each).InstanceId === InstanceId;
      if (InstanceId !== undefined && [...all.values()].some(same)) {
        throw new AwsError("AssociationAlreadyExists", "The specified association already exists.");
      }
      if (all.size >= MOST_ASSOCIATIONS) {
        throw new AwsError("AssociationLimitExceeded", `You can have at most ${MOST_ASSOCIATIONS} associations.`);
      }
      const id = uuid(ssm);
      const first: AssociationDescription = {
        ...settings(call.input),
        AssociationId: id,
        AssociationVersion: "1",
        Date: now(ssm),
        LastUpdateAssociationDate: now(ssm),
        Overview: { Status: "Pending", DetailedStatus: "Creating" },
      };
      const association: Association = { id, versions: [first], executions: [], tags: tagsOf(Tags) };
      all.set(id, association);
      return { AssociationDescription: begin(association) };
    },

    // A new version has what the call says and nothing of what it leaves out, but for the document (API reference).
    UpdateAssociation: (call: Call<UpdateAssociationRequest>): UpdateAssociationResult => {
      const association = associationsOf(call).get(call.input.AssociationId ?? "");
      if (association === undefined) throw noAssociation();
      const before = inForce(association);
      const { AssociationVersion: version = "$LATEST" } = call.input;
      if (version !== "$LATEST" && version !== before.AssociationVersion) {
        throw new AwsError(
          "InvalidAssociationVersion",
          "The version you specified is not valid: only the latest can be updated.",
        );
      }
      const wanted: Wanted = { ...call.input, Name: call.input.Name ?? before.Name };
      checkAssociation(ssm, call, wanted, before);
      if (association.versions.length >= MOST_VERSIONS) {
        throw new AwsError(
          "AssociationVersionLimitExceeded",
          `An association can have at most ${MOST_VERSIONS} versions.`,
        );
      }
      association.versions.push({
        ...settings({ ...wanted, Targets: wanted.Targets ?? before.Targets }),
        AssociationId: association.id,
        AssociationVersion: String(association.versions.length + 1),
        Date: before.Date,
        LastUpdateAssociationDate: now(ssm),
        Overview: { Status: "Pending", DetailedStatus: "Creating" },
      });
      return { AssociationDescription: begin(association) };
    },

    DescribeAssociation: (call: Call<DescribeAssociationRequest>): DescribeAssociationResult => {
      const association = find(call);
      const { AssociationVersion: wanted = "$LATEST" } = call.input;
      const found =
        wanted === "$LATEST"
          ? inForce(association)
          : association.versions.find(({ AssociationVersion }) => AssociationVersion === wanted);
      if (found !== undefined) return { AssociationDescription: found };
      throw new AwsError("InvalidAssociationVersion", "The version you specified is not valid.");
    },

    DeleteAssociation: (call: Call<DeleteAssociationRequest>): object => {
      associationsOf(call).delete(find(call as Call<DescribeAssociationRequest>).id);
      return {};
    },

    StartAssociationsOnce: (call: Call<StartAssociationsOnceRequest>): object => {
      const found = (call.input.AssociationIds ?? []).map((id) => associationsOf(call).get(id));
      for (const association of found) if (association === undefined) throw noAssociation();
      for (const association of found) if (association !== undefined) run(association);
      return {};
    },

    DescribeAssociationExecutions: (
      call: Call<DescribeAssociationExecutionsRequest>,
    ): DescribeAssociationExecutionsResult => {
      const { AssociationId = "", Filters = [] } = call.input;
      if (Filters.length > 0) throw new AwsError("NotImplemented", "The sandbox does not filter executions.", 501);
      const association = associationsOf(call).get(AssociationId);
      if (association === undefined) throw noAssociation();
      const { items, next } = listed(association.executions, call.input);
      return { AssociationExecutions: items, ...next };
    },
  };
}
