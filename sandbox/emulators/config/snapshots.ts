import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { DeliverConfigSnapshotRequest, DeliverConfigSnapshotResponse } from "@aws-sdk/client-config-service";
import { AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import type { Deliverer } from "./delivery.ts";
import { destinationOf, namedChannel } from "./delivery-channels.ts";
import { type Config, now } from "./state.ts";

/**
 * Where a snapshot lies below `AWSLogs/<account>/Config/`; month and day are written without a leading zero.
 * https://docs.aws.amazon.com/config/latest/developerguide/example-configuration-snapshot-notification.html
 */
export function snapshotName(accountId: string, region: string, at: Date, id: string): string {
  const day = `${at.getUTCFullYear()}/${at.getUTCMonth() + 1}/${at.getUTCDate()}`;
  const time = at.toISOString().replace(/\.\d+/, "").replace(/[-:]/g, "");
  return `${region}/${day}/ConfigSnapshot/${accountId}_Config_${region}_ConfigSnapshot_${time}_${id}.json.gz`;
}

/** Snapshots on demand. Nothing in the sandbox is recorded resource by resource, so they hold no items. */
export function snapshotOperations(config: Config, deliverer: Deliverer): Record<string, Operation> {
  return {
    DeliverConfigSnapshot: async (call: Call<DeliverConfigSnapshotRequest>): Promise<DeliverConfigSnapshotResponse> => {
      const { accountId, region, input } = call;
      const place = config.places.of(accountId, region);
      const channel = namedChannel(place, input.deliveryChannelName);
      if (place.recorder === undefined) {
        throw new AwsError(
          "NoAvailableConfigurationRecorderException",
          "There is no configuration recorder available.",
        );
      }
      if (!place.recorder.recording) {
        throw new AwsError("NoRunningConfigurationRecorderException", "There is no configuration recorder running.");
      }
      const id = randomUUID();
      const at = now(config);
      const snapshot = { fileVersion: "1.0", configSnapshotId: id, configurationItems: [] };
      const body = gzipSync(JSON.stringify(snapshot));
      try {
        await deliverer.deliver(
          destinationOf(accountId, channel.settings),
          snapshotName(accountId, region, at, id),
          body,
        );
        channel.snapshot = { lastStatus: "Success", lastAttemptTime: at, lastSuccessfulTime: at };
      } catch (error) {
        // The call only schedules the delivery: what goes wrong is told by the channel's status.
        if (!(error instanceof AwsError)) throw error;
        channel.snapshot = {
          ...channel.snapshot,
          lastStatus: "Failure",
          lastAttemptTime: at,
          lastErrorCode: error.code === "NoSuchBucketException" ? "NoSuchBucket" : "AccessDenied",
          lastErrorMessage: error.message,
        };
      }
      return { configSnapshotId: id };
    },
  };
}
