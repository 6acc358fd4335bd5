import type { AwsSecurityFinding } from "@aws-sdk/client-securityhub";
import type { At } from "../lifecycle.ts";
import type { State } from "../state.ts";
import { viewersOf } from "./visibility.ts";

/**
 * Puts a new or changed finding on the default event bus of every account and region that sees it, one finding per
 * event (user guide, "EventBridge event formats for Security Hub CSPM").
 */
export async function announce(state: State, at: At, finding: AwsSecurityFinding): Promise<void> {
  await Promise.all(
    viewersOf(state, at).map((viewer) =>
      state.aws.putEvent({
        ...viewer,
        source: "aws.securityhub",
        detailType: "Security Hub Findings - Imported",
        detail: { findings: [finding] },
        resources: [`${finding.ProductArn}/${finding.Id}`],
      }),
    ),
  );
}

/** What a custom action puts on the event bus of the account that uses it: there is no API for it, only the console. */
export async function announceCustomAction(
  state: State,
  at: At,
  action: { readonly arn: string; readonly name: string; readonly description: string },
  findings: readonly AwsSecurityFinding[],
): Promise<void> {
  // Each finding is sent in a separate event (the same page).
  for (const finding of findings) {
    await state.aws.putEvent({
      ...at,
      source: "aws.securityhub",
      detailType: "Security Hub Findings - Custom Action",
      detail: { actionName: action.name, actionDescription: action.description, findings: [finding] },
      resources: [action.arn],
    });
  }
}
