import type { Account, AccountState, ResourceStatus, State, Status } from "@aws-sdk/client-inspector2";
import { accountStatus, statusOf } from "./scanning.ts";
import type { Place } from "./state.ts";

function resourceStatus(place: Place): ResourceStatus {
  return {
    ec2: statusOf(place, "EC2"),
    ecr: statusOf(place, "ECR"),
    lambda: statusOf(place, "LAMBDA"),
    lambdaCode: statusOf(place, "LAMBDA_CODE"),
    codeRepository: statusOf(place, "CODE_REPOSITORY"),
  };
}

/** The model wants an error in every state, even where nothing failed: the code that goes with the status. */
const errorCodes = {
  ENABLED: "ALREADY_ENABLED",
  ENABLING: "ENABLE_IN_PROGRESS",
  DISABLING: "DISABLE_IN_PROGRESS",
  DISABLED: "RESOURCE_NOT_FOUND",
  SUSPENDING: "SUSPEND_IN_PROGRESS",
  SUSPENDED: "ACCOUNT_IS_ISOLATED",
} as const;

function state(status: Status): State {
  return { status, errorCode: errorCodes[status], errorMessage: errorCodes[status] };
}

/** An account as Enable and Disable answer it. */
export function describe(accountId: string, place: Place): Account {
  return { accountId, status: accountStatus(place), resourceStatus: resourceStatus(place) };
}

/** An account as BatchGetAccountStatus answers it. */
export function describeState(accountId: string, place: Place): AccountState {
  return {
    accountId,
    state: state(accountStatus(place)),
    resourceState: {
      ec2: state(statusOf(place, "EC2")),
      ecr: state(statusOf(place, "ECR")),
      lambda: state(statusOf(place, "LAMBDA")),
      lambdaCode: state(statusOf(place, "LAMBDA_CODE")),
      codeRepository: state(statusOf(place, "CODE_REPOSITORY")),
    },
  };
}
