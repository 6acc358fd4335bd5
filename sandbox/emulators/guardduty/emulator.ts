import type { Call, EmulatorFactory, Operation } from "../../gateway/emulator.ts";
import { delegationOperations } from "./delegation.ts";
import { detectorOperations } from "./detectors.ts";
import { settle } from "./enrollment.ts";
import { entitySetOperations } from "./entity-sets.ts";
import { createExporter } from "./export.ts";
import { filterOperations } from "./filters.ts";
import { findingOperations } from "./findings.ts";
import { invitationOperations } from "./invitations.ts";
import { memberDetectorOperations } from "./member-detectors.ts";
import { memberOperations } from "./members.ts";
import { destinationOperations } from "./publishing-destinations.ts";
import { createState, servicePrincipal } from "./state.ts";
import { tagOperations } from "./tags.ts";

/** What EnableOrganizationAdminAccount does in AWS Organizations with the caller's own permissions (GuardDuty user guide). */
const delegationActions = [
  "guardduty:EnableOrganizationAdminAccount",
  "organizations:EnableAWSServiceAccess",
  "organizations:RegisterDelegatedAdministrator",
  "organizations:ListDelegatedAdministrators",
  "organizations:ListAWSServiceAccessForOrganization",
  "organizations:DescribeOrganizationalUnit",
  "organizations:DescribeAccount",
  "organizations:DescribeOrganization",
];

/** What a call names beside the detector, and what that is called in an ARN. */
const RESOURCES: Readonly<Record<string, string>> = {
  FilterName: "filter",
  DestinationId: "publishingDestination",
  TrustedEntitySetId: "trustedentityset",
  ThreatEntitySetId: "threatentityset",
};

/** Amazon GuardDuty: detectors, protection plans, delegated administration, members, invitations, sample findings. */
export const guardDuty: EmulatorFactory = (aws) => {
  const state = createState(aws);
  const exporter = createExporter(aws);
  const operations: Record<string, Operation> = {
    ...detectorOperations(state),
    ...delegationOperations(state),
    ...memberOperations(state),
    ...memberDetectorOperations(state),
    ...invitationOperations(state),
    ...findingOperations(state, exporter),
    ...filterOperations(state),
    ...destinationOperations(state, exporter),
    ...entitySetOperations(state),
    ...tagOperations(state),
  };

  return {
    signingName: "guardduty",
    model: "guardduty",
    operations: Object.fromEntries(
      Object.entries(operations).map(([name, operation]) => [
        name,
        async (call: Call<unknown>) => {
          await settle(state, call.region);
          return operation(call);
        },
      ]),
    ),

    // Of an account that is no member the rest of the answer tells, as Terraform's provider expects it.
    emptyLists: { GetMemberDetectors: ["memberDataSourceConfigurations"] },

    authorization({ operation, input, accountId, region }) {
      if (operation === "EnableOrganizationAdminAccount") {
        return { actions: delegationActions, context: { "organizations:ServicePrincipal": servicePrincipal } };
      }
      if (typeof input.ResourceArn === "string") return { resources: [input.ResourceArn] };
      if (typeof input.DetectorId !== "string") return {};
      const partition = aws.organization.partition;
      const detector = `arn:${partition}:guardduty:${region}:${accountId}:detector/${input.DetectorId}`;
      // Source: service authorization reference, resource types of GuardDuty.
      const parts = Object.entries(RESOURCES).find(([member]) => typeof input[member] === "string");
      return { resources: [parts === undefined ? detector : `${detector}/${parts[1]}/${input[parts[0]]}`] };
    },
  };
};
