import type { Adoption } from "../adoption.ts";
import type { RecorderInventory, RegionInventory } from "../inventory.ts";
import { names } from "../names.ts";
import { resourceTypes } from "../resource-types.ts";

/**
 * Adopts the configuration recorder of a region with its state, and its delivery channel. AWS allows one of each.
 *
 * @param place the end of their names in the program
 */
export function adoptRecorder(
  { recorder, deliveryChannel }: Pick<RegionInventory, "recorder" | "deliveryChannel">,
  region: string,
  place = region,
): Adoption[] {
  const adoptions: Adoption[] = [];
  if (recorder !== undefined) {
    const shared = { region, id: recorder.name, decision: "adopt" } as const;
    adoptions.push(
      {
        ...shared,
        type: resourceTypes.recorder,
        name: names.recorder(place),
        before: recorderInputs(recorder),
        reason: `AWS Config has the recorder ${recorder.name} in ${region} already, and AWS allows one`,
      },
      {
        ...shared,
        type: resourceTypes.recorderStatus,
        name: names.recorderStatus(place),
        before: { name: recorder.name, isEnabled: recorder.recording },
        reason: `the recorder ${recorder.name} in ${region} is ${recorder.recording ? "running" : "stopped"}`,
      },
    );
  }
  if (deliveryChannel !== undefined) {
    const { deliveryFrequency, ...channel } = deliveryChannel;
    adoptions.push({
      type: resourceTypes.deliveryChannel,
      name: names.deliveryChannel(place),
      region,
      id: deliveryChannel.name,
      before: {
        ...channel,
        ...(deliveryFrequency === undefined ? {} : { snapshotDeliveryProperties: { deliveryFrequency } }),
      },
      decision: "adopt",
      reason: `AWS Config delivers from ${region} to the bucket ${deliveryChannel.s3BucketName} already, and AWS allows one channel`,
    });
  }
  return adoptions;
}

/** The provider's inputs for a recorder: nested blocks are lists there, empty lists are left out. */
function recorderInputs({ name, roleArn, recordingGroup, recordingMode }: RecorderInventory): Record<string, unknown> {
  const { allSupported, includeGlobalResourceTypes, resourceTypes: types, exclusionByResourceTypes } = recordingGroup;
  const override = recordingMode?.overrides?.[0];
  return {
    name,
    roleArn,
    recordingGroup: {
      allSupported,
      includeGlobalResourceTypes,
      ...(types?.length ? { resourceTypes: [...types] } : {}),
      ...(exclusionByResourceTypes?.length
        ? { exclusionByResourceTypes: [{ resourceTypes: [...exclusionByResourceTypes] }] }
        : {}),
      ...(recordingGroup.recordingStrategy === undefined
        ? {}
        : { recordingStrategies: [{ useOnly: recordingGroup.recordingStrategy }] }),
    },
    ...(recordingMode === undefined
      ? {}
      : {
          recordingMode: {
            recordingFrequency: recordingMode.recordingFrequency,
            ...(override === undefined ? {} : { recordingModeOverride: override }),
          },
        }),
  };
}
