import { randomUUID } from "node:crypto";
import type { CreateAccountStatus } from "@aws-sdk/client-organizations";
import type { Aws } from "../../gateway/emulator.ts";
import type { Organization } from "./organization.ts";

type ServiceEvent = Parameters<Aws["putEvent"]>[0];

/** Organizations writes its events to CloudTrail in this region only, so rules elsewhere never see them. */
const EVENT_REGION = "us-east-1";

/**
 * The end of a request to create an account, for the management account. CloudTrail masks the account's name, and
 * `accountId` is there only for SUCCEEDED, `failureReason` only for FAILED.
 * Source: Organizations user guide, "Logging API calls with AWS CloudTrail", example log entries of CreateAccount.
 */
export function createAccountResult(organization: Organization, status: CreateAccountStatus): ServiceEvent {
  return serviceEvent(organization, "CreateAccountResult", {
    createAccountStatus: {
      id: status.Id,
      state: status.State,
      accountName: "****",
      ...(status.AccountId === undefined ? {} : { accountId: status.AccountId }),
      ...(status.FailureReason === undefined ? {} : { failureReason: status.FailureReason }),
      requestedTimestamp: timestamp(status.RequestedTimestamp ?? organization.now()),
      completedTimestamp: timestamp(status.CompletedTimestamp ?? organization.now()),
    },
  });
}

/** The end of a closure. Source: as above, example log entries of CloseAccount. */
export function closeAccountResult(
  organization: Organization,
  closure: { readonly accountId: string; readonly requested: Date; readonly completed: Date },
): ServiceEvent {
  return serviceEvent(organization, "CloseAccountResult", {
    closeAccountStatus: {
      accountId: closure.accountId,
      state: "SUCCEEDED",
      requestedTimestamp: timestamp(closure.requested),
      completedTimestamp: timestamp(closure.completed),
    },
  });
}

/**
 * An account that became a member. The API reference of CreateAccount and AcceptHandshake names `joinedMethod` and
 * `joinedTime`; that the account's id stands beside them as `accountId` is an assumption.
 */
export function accountJoined(
  organization: Organization,
  accountId: string,
  joinedMethod: "CREATED" | "INVITED",
): ServiceEvent {
  const joinedTime = timestamp(organization.now());
  return serviceEvent(organization, "AccountJoinedOrganization", { accountId, joinedMethod, joinedTime });
}

/** An account that is a member no more; the same assumption as for `accountJoined`. */
export function accountDeparted(
  organization: Organization,
  accountId: string,
  departureMethod: "LEFT" | "REMOVED" | "CLEANED",
): ServiceEvent {
  const departureTime = timestamp(organization.now());
  return serviceEvent(organization, "AccountDepartedOrganization", { accountId, departureMethod, departureTime });
}

function serviceEvent(organization: Organization, eventName: string, serviceEventDetails: object): ServiceEvent {
  return {
    accountId: organization.managementAccountId,
    region: EVENT_REGION,
    source: "aws.organizations",
    detailType: "AWS Service Event via CloudTrail",
    detail: {
      eventVersion: "1.08",
      userIdentity: { accountId: organization.managementAccountId, invokedBy: "AWS Internal" },
      eventTime: `${organization.now().toISOString().slice(0, 19)}Z`,
      eventSource: "organizations.amazonaws.com",
      eventName,
      awsRegion: EVENT_REGION,
      sourceIPAddress: "AWS Internal",
      userAgent: "AWS Internal",
      requestParameters: null,
      responseElements: null,
      eventID: randomUUID(),
      readOnly: false,
      eventType: "AwsServiceEvent",
      managementEvent: true,
      recipientAccountId: organization.managementAccountId,
      serviceEventDetails,
      eventCategory: "Management",
    },
  };
}

/** `May 15, 2023 8:26:57 AM`: how Organizations prints times (UTC) inside of its events. */
function timestamp(date: Date): string {
  const day = date.toLocaleDateString("en-US", { timeZone: "UTC", year: "numeric", month: "short", day: "numeric" });
  const time = date.toLocaleTimeString("en-US", { timeZone: "UTC" }).replace("\u202f", " ");
  return `${day} ${time}`;
}
