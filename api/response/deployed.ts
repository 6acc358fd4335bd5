import { remediationsOf } from "../../programs/remediation-settings.ts";
import type { OrganizationSettings } from "../../programs/settings.ts";
import { PageError } from "../../remediation/response/ledger.ts";
import { AwsCallError } from "../../stacks/aws/call-error.ts";
import { invalidField, Problem } from "../problem.ts";

/** How DynamoDB and SQS say that there is no such table or queue. */
const ABSENT = ["ResourceNotFoundException", "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"];

/**
 * Asks something of the response to findings. What was deployed counts, and not the settings, which may have changed since: it can still be asked, and
 * stopped.
 *
 * @throws Problem 409 where it is not deployed, 400 where a cursor is none of its lists'
 */
export async function ofResponse<Answer>(
  { features }: Pick<OrganizationSettings, "features">,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    if (error.cause instanceof PageError) {
      throw invalidField("cursor", "is not a cursor", "the nextCursor of an earlier page of this list");
    }
    if (!ABSENT.includes(error.awsCode)) throw error;
    throw new Problem("response-not-deployed", whyAbsent(features), { cause: error });
  }
}

function whyAbsent({ alerts, remediations, response }: OrganizationSettings["features"]): string {
  return response.enabled && alerts.enabled && remediationsOf(remediations).length > 0
    ? "What responds to findings is not in the security account: deploy it with POST /admin/deployments, wait until it has succeeded, then ask again."
    : "The settings have switched off what responds to findings: it needs features.response, features.alerts, and features.remediations with at least one remediation. Switch them on, deploy with POST /admin/deployments, then ask again.";
}
