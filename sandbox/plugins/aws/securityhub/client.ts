import {
  BatchDisableStandardsCommand,
  BatchEnableStandardsCommand,
  BatchGetSecurityControlsCommand,
  CreateFindingAggregatorCommand,
  CreateMembersCommand,
  DeleteFindingAggregatorCommand,
  DeleteMembersCommand,
  DescribeHubCommand,
  DescribeOrganizationConfigurationCommand,
  DisableOrganizationAdminAccountCommand,
  DisableSecurityHubCommand,
  DisassociateMembersCommand,
  EnableOrganizationAdminAccountCommand,
  EnableSecurityHubCommand,
  GetEnabledStandardsCommand,
  GetFindingAggregatorCommand,
  GetMembersCommand,
  InviteMembersCommand,
  ListOrganizationAdminAccountsCommand,
  type SecurityHub,
  SecurityHubClient,
  UpdateFindingAggregatorCommand,
  UpdateOrganizationConfigurationCommand,
  UpdateSecurityControlCommand,
  UpdateSecurityHubConfigurationCommand,
} from "@aws-sdk/client-securityhub";
import { clientMaker } from "../../provider/client.ts";

export const securityHubClient = clientMaker<SecurityHub>()(SecurityHubClient, {
  BatchDisableStandardsCommand,
  BatchEnableStandardsCommand,
  BatchGetSecurityControlsCommand,
  CreateFindingAggregatorCommand,
  CreateMembersCommand,
  DeleteFindingAggregatorCommand,
  DeleteMembersCommand,
  DescribeHubCommand,
  DescribeOrganizationConfigurationCommand,
  DisableOrganizationAdminAccountCommand,
  DisableSecurityHubCommand,
  DisassociateMembersCommand,
  EnableOrganizationAdminAccountCommand,
  EnableSecurityHubCommand,
  GetEnabledStandardsCommand,
  GetFindingAggregatorCommand,
  GetMembersCommand,
  InviteMembersCommand,
  ListOrganizationAdminAccountsCommand,
  UpdateFindingAggregatorCommand,
  UpdateOrganizationConfigurationCommand,
  UpdateSecurityControlCommand,
  UpdateSecurityHubConfigurationCommand,
});

/** How Security Hub answers when it is not enabled or the thing is not there. */
export const absent = [
  "ResourceNotFoundException",
  "InvalidAccessException: not subscribed to AWS Security Hub",
] as const;

/** The first account that a call on members could not do, as an error. */
export function refuseUnprocessed(
  accounts: readonly { AccountId?: string | undefined; ProcessingResult?: string | undefined }[] = [],
): void {
  const [first] = accounts;
  if (first) throw new Error(`unprocessed account ${first.AccountId}: ${first.ProcessingResult}`);
}
