import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import type { Incident } from "../forwarders/incident.ts";

/** Tells everybody who hears of incidents. Subscriptions can filter by `status`, `severity` and `account`. Rejects where SNS does not take it. */
export function publisher(client: SNSClient, TopicArn: string): (incident: Incident) => Promise<void> {
  const text = (StringValue: string) => ({ DataType: "String", StringValue });
  return async (incident) => {
    const { id, version, status, severity, account } = incident;
    try {
      await client.send(
        new PublishCommand({
          TopicArn,
          Message: JSON.stringify(incident),
          MessageAttributes: { status: text(status), severity: text(severity), account: text(account) },
        }),
      );
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`publishing version ${version} of incident ${id}: ${reason}`, { cause: error });
    }
  };
}
