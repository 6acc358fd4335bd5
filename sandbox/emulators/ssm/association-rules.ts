import type { AssociationDescription, CreateAssociationRequest, Target } from "@aws-sdk/client-ssm";
import { AwsError } from "../../gateway/emulator.ts";
import { documentOf, versionFor } from "./documents/find.ts";
import { valueProblems } from "./documents/parameter-rules.ts";
import { parseSchedule } from "./schedule.ts";
import type { Ssm, SsmDocument, Where } from "./state.ts";

/** The shortest rate of an association (user guide, "Cron and rate expressions for associations"). */
const SHORTEST_MINUTES = 30;

/** Throws what AWS answers to an association that cannot be: of its document, parameters, targets or schedule. */
export function checkAssociation(
  ssm: Ssm,
  where: Where,
  wanted: Omit<CreateAssociationRequest, "Tags">,
  before?: AssociationDescription,
): void {
  const document = documentOf(ssm, where, wanted.Name ?? "");
  const { content } = versionFor(document, where, wanted.DocumentVersion);
  if (document.type === "Session") {
    throw new AwsError("InvalidDocument", `A document of type ${document.type} cannot be associated.`);
  }
  const problems = valueProblems(content.parsed, wanted.Parameters ?? {}, wanted.AutomationTargetParameterName);
  if (problems.length > 0) throw new AwsError("InvalidParameters", problems.join(" "));
  checkTargets(document, wanted, before);
  checkSchedule(wanted);
}

function checkTargets(
  { type }: SsmDocument,
  { Targets, InstanceId, AutomationTargetParameterName: parameter, TargetMaps }: Omit<CreateAssociationRequest, "Tags">,
  before: AssociationDescription | undefined,
): void {
  const targets = Targets ?? before?.Targets;
  const none = (targets === undefined || targets.length === 0) && InstanceId === undefined && TargetMaps === undefined;
  if (type === "Command" && none)
    throw new AwsError("InvalidTarget", "An association of a Command document needs targets.");
  if (Targets !== undefined && InstanceId !== undefined) {
    throw new AwsError("InvalidTarget", "InstanceId and Targets cannot both be given.");
  }
  if (type === "Automation" && targets !== undefined && targets.length > 0 && parameter === undefined) {
    throw new AwsError(
      "InvalidTarget",
      "AutomationTargetParameterName is required with the targets of an Automation document.",
    );
  }
  const problem = targets?.map(targetProblem).find((each) => each !== undefined);
  if (problem !== undefined) throw new AwsError("InvalidTarget", problem);
}

/** Why a target is none (API reference, "Target"); undefined where it is one. */
export function targetProblem({ Key: key = "", Values: values = [] }: Target): string | undefined {
  if (values.length === 0 && !/^tag-key$/.test(key)) return `The target ${key} has no values.`;
  if (
    /^(InstanceIds|ParameterValues|WindowTargetIds|tag-key|tag:.+|aws:[\w:]+|resource-groups:(Name|ResourceTypeFilters))$/.test(
      key,
    )
  ) {
    const mixed = key === "InstanceIds" && values.includes("*") && values.length > 1;
    return mixed ? "InstanceIds takes either * or ids of instances." : undefined;
  }
  return `${key} is no key of a target.`;
}

function checkSchedule({
  ScheduleExpression: expression,
  ScheduleOffset: offset,
}: Omit<CreateAssociationRequest, "Tags">): void {
  if (expression === undefined) return;
  const schedule = parseSchedule(expression);
  const problem =
    schedule.kind === "none"
      ? schedule.problem
      : schedule.kind === "rate" && schedule.minutes < SHORTEST_MINUTES
        ? `the shortest rate of an association is ${SHORTEST_MINUTES} minutes`
        : offset !== undefined && schedule.kind !== "cron"
          ? "ScheduleOffset needs a cron expression"
          : undefined;
  if (problem !== undefined) throw new AwsError("InvalidSchedule", `The schedule is not valid: ${problem}.`);
}
