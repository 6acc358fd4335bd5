import { during, isAwsError, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { block, type InputsOf, output, set, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { waitFor } from "../../provider/waiting.ts";
import { configClient } from "./client.ts";

const properties = {
  name: string({ replaces: true, naming: { length: 256 } }),
  deliveryS3Bucket: string(),
  deliveryS3KeyPrefix: string(),
  inputParameters: set(
    block({ parameterName: string({ required: true }), parameterValue: string({ required: true }) }),
  ),
  // Config never gives a template back.
  templateBody: string({ unread: true }),
  templateS3Uri: string({ unread: true }),
  arn: output(string()),
};

const noPack = "NoSuchConformancePackException";

/** Waits, up to the provider's five minutes, until the pack is made or, where `gone`, no more. Fails with AWS's reason. */
async function settled(place: Place, name: string, gone: boolean): Promise<void> {
  const config = await place.client(configClient);
  const activity = `waiting for ConfigService Conformance Pack (${name}) ${gone ? "delete" : "create"}`;
  await during(activity, () =>
    waitFor({ within: 300_000, every: 250, signal: place.cancelled }, async () => {
      const answer = config.describeConformancePackStatus({ ConformancePackNames: [name] });
      const found = (await unless(answer, noPack))?.ConformancePackStatusDetails?.[0];
      if (found === undefined) {
        if (gone) return true;
        throw new Error("couldn't find resource");
      }
      const { ConformancePackState: state = "", ConformancePackStatusReason: reason } = found;
      if (state === (gone ? "DELETE_IN_PROGRESS" : "CREATE_IN_PROGRESS")) return undefined;
      if (!gone && state === "CREATE_COMPLETE") return true;
      const wanted = gone ? "" : "CREATE_COMPLETE";
      throw new Error(`unexpected state '${state}', wanted target '${wanted}'. last error: ${reason ?? ""}`);
    }),
  );
}

async function put(place: Place, inputs: InputsOf<typeof properties>, made?: (id: string) => void): Promise<void> {
  const config = await place.client(configClient);
  const name = inputs.name ?? "";
  await during(`putting ConfigService Conformance Pack (${name})`, () =>
    config.putConformancePack({
      ConformancePackName: name,
      DeliveryS3Bucket: inputs.deliveryS3Bucket || undefined,
      DeliveryS3KeyPrefix: inputs.deliveryS3KeyPrefix || undefined,
      ConformancePackInputParameters: inputs.inputParameters?.map(({ parameterName, parameterValue }) => ({
        ParameterName: parameterName,
        ParameterValue: parameterValue,
      })),
      TemplateBody: inputs.templateBody || undefined,
      TemplateS3Uri: inputs.templateS3Uri || undefined,
    }),
  );
  made?.(name);
  await settled(place, name, false);
}

export const conformancePack = resource({
  title: "ConfigService Conformance Pack",
  properties,
  label: (inputs) => inputs.name,
  async create(place, inputs, made) {
    await put(place, inputs, made);
    return inputs.name ?? "";
  },
  async read(place, id) {
    const config = await place.client(configClient);
    const answer = config.describeConformancePacks({ ConformancePackNames: [id] });
    const found = (await unless(answer, noPack))?.ConformancePackDetails?.[0];
    const parameters = found?.ConformancePackInputParameters ?? [];
    return (
      found && {
        name: found.ConformancePackName,
        deliveryS3Bucket: found.DeliveryS3Bucket,
        deliveryS3KeyPrefix: found.DeliveryS3KeyPrefix,
        ...(parameters.length > 0
          ? {
              inputParameters: parameters.map(({ ParameterName = "", ParameterValue = "" }) => ({
                parameterName: ParameterName,
                parameterValue: ParameterValue,
              })),
            }
          : {}),
        arn: found.ConformancePackArn,
      }
    );
  },
  update: (place, _id, inputs) => put(place, inputs),
  async delete(place, id) {
    const config = await place.client(configClient);
    await waitFor({ within: 300_000, signal: place.cancelled }, async () => {
      try {
        await unless(config.deleteConformancePack({ ConformancePackName: id }), noPack);
        return true;
      } catch (error) {
        if (isAwsError(error, "ResourceInUseException")) return undefined;
        throw error;
      }
    });
    await settled(place, id, true);
  },
});
