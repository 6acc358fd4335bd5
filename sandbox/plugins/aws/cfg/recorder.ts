import type {
  ConfigurationRecorder,
  RecordingFrequency,
  RecordingGroup,
  ResourceType,
} from "@aws-sdk/client-config-service";
import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { block, boolean, type InputsOf, list, set, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { configClient, noRecorder } from "./client.ts";

const properties = {
  name: string({ replaces: true, naming: { length: 256 } }),
  roleArn: string({ required: true }),
  recordingGroup: block(
    {
      allSupported: boolean({ default: true }),
      includeGlobalResourceTypes: boolean(),
      resourceTypes: set(string()),
      exclusionByResourceTypes: list(block({ resourceTypes: set(string()) })),
      recordingStrategies: list(block({ useOnly: string() }), { computed: true }),
    },
    { computed: true },
  ),
  recordingMode: block(
    {
      recordingFrequency: string({ default: "CONTINUOUS" }),
      recordingModeOverride: block({
        description: string(),
        recordingFrequency: string({ required: true }),
        resourceTypes: set(string(), { required: true }),
      }),
    },
    { computed: true },
  ),
};

type Inputs = InputsOf<typeof properties>;

async function put(place: Place, inputs: Inputs): Promise<void> {
  const config = await place.client(configClient);
  await during(`putting ConfigService Configuration Recorder (${inputs.name})`, () =>
    config.putConfigurationRecorder({ ConfigurationRecorder: toAws(inputs) }),
  );
}

function toAws({ name, roleArn, recordingGroup: group, recordingMode: mode }: Inputs): ConfigurationRecorder {
  const override = mode?.recordingModeOverride;
  return {
    name,
    roleARN: roleArn,
    recordingGroup: group && {
      allSupported: group.allSupported,
      includeGlobalResourceTypes: group.includeGlobalResourceTypes ?? false,
      resourceTypes: group.resourceTypes?.map(asType),
      exclusionByResourceTypes: group.exclusionByResourceTypes?.[0] && {
        resourceTypes: group.exclusionByResourceTypes[0].resourceTypes?.map(asType),
      },
      recordingStrategy: group.recordingStrategies?.[0] && {
        useOnly: group.recordingStrategies[0].useOnly as "ALL_SUPPORTED_RESOURCE_TYPES",
      },
    },
    recordingMode: mode && {
      recordingFrequency: mode.recordingFrequency as RecordingFrequency,
      recordingModeOverrides: override && [
        {
          description: override.description,
          recordingFrequency: override.recordingFrequency as RecordingFrequency,
          resourceTypes: override.resourceTypes.map(asType),
        },
      ],
    },
  };
}

const asType = (name: string) => name as ResourceType;

function groupFrom(group: RecordingGroup): NonNullable<Inputs["recordingGroup"]> {
  const excluded = group.exclusionByResourceTypes?.resourceTypes ?? [];
  const useOnly = group.recordingStrategy?.useOnly;
  return {
    allSupported: group.allSupported ?? false,
    includeGlobalResourceTypes: group.includeGlobalResourceTypes ?? false,
    ...(group.resourceTypes?.length ? { resourceTypes: group.resourceTypes } : {}),
    ...(excluded.length ? { exclusionByResourceTypes: [{ resourceTypes: excluded }] } : {}),
    ...(useOnly ? { recordingStrategies: [{ useOnly }] } : {}),
  };
}

export const recorder = resource({
  title: "ConfigService Configuration Recorder",
  properties,
  label: (inputs) => inputs.name,
  async create(place, inputs) {
    await put(place, inputs);
    return inputs.name ?? "";
  },
  async read(place, id) {
    const config = await place.client(configClient);
    const answer = config.describeConfigurationRecorders({ ConfigurationRecorderNames: [id] });
    const found = (await unless(answer, noRecorder))?.ConfigurationRecorders?.[0];
    if (!found) return undefined;
    const override = found.recordingMode?.recordingModeOverrides?.[0];
    return {
      name: found.name,
      roleArn: found.roleARN,
      recordingGroup: found.recordingGroup && groupFrom(found.recordingGroup),
      recordingMode: found.recordingMode && {
        recordingFrequency: found.recordingMode.recordingFrequency ?? "CONTINUOUS",
        ...(override
          ? {
              recordingModeOverride: {
                description: override.description,
                recordingFrequency: override.recordingFrequency ?? "",
                resourceTypes: override.resourceTypes ?? [],
              },
            }
          : {}),
      },
    };
  },
  update: (place, _id, inputs) => put(place, inputs),
  async delete(place, id) {
    const config = await place.client(configClient);
    await unless(config.deleteConfigurationRecorder({ ConfigurationRecorderName: id }), noRecorder);
  },
});
