import {
  CreateDetectorCommand,
  CreateMembersCommand,
  DeleteDetectorCommand,
  DeleteMembersCommand,
  DescribeOrganizationConfigurationCommand,
  DisableOrganizationAdminAccountCommand,
  DisassociateMembersCommand,
  EnableOrganizationAdminAccountCommand,
  GetDetectorCommand,
  GetMembersCommand,
  type GuardDuty,
  GuardDutyClient,
  InviteMembersCommand,
  ListOrganizationAdminAccountsCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateDetectorCommand,
  UpdateOrganizationConfigurationCommand,
} from "@aws-sdk/client-guardduty";
import { clientMaker } from "../../provider/client.ts";

export const guardDutyClient = clientMaker<GuardDuty>()(GuardDutyClient, {
  CreateDetectorCommand,
  CreateMembersCommand,
  DeleteDetectorCommand,
  DeleteMembersCommand,
  DescribeOrganizationConfigurationCommand,
  DisableOrganizationAdminAccountCommand,
  DisassociateMembersCommand,
  EnableOrganizationAdminAccountCommand,
  GetDetectorCommand,
  GetMembersCommand,
  InviteMembersCommand,
  ListOrganizationAdminAccountsCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateDetectorCommand,
  UpdateOrganizationConfigurationCommand,
});

/** How GuardDuty says that there is no such detector. */
export const notOwned =
  "BadRequestException: The request is rejected because the input detectorId is not owned by the current account.";
