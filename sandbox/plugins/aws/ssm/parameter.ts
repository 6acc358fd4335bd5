import type { ParameterTier, ParameterType } from "@aws-sdk/client-ssm";
import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { boolean, type InputsOf, number, output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asPairs, tagFields } from "../../provider/tags.ts";
import { changedMoreThanTags, setTags, ssmClient, tagsOf } from "./client.ts";

const properties = {
  name: string({ replaces: true, naming: { length: 2048 } }),
  allowedPattern: string(),
  dataType: string({ computed: true }),
  description: string(),
  insecureValue: string(),
  keyId: string({ computed: true }),
  overwrite: boolean({ unread: true }),
  tier: string({ computed: true }),
  type: string({ required: true }),
  value: string(),
  ...tagFields,
  arn: string({ computed: true }),
  version: output(number()),
};

type Inputs = InputsOf<typeof properties>;

async function put(place: Place, inputs: Inputs, more: object): Promise<void> {
  const ssm = await place.client(ssmClient);
  await ssm.putParameter({
    Name: inputs.name,
    Type: inputs.type as ParameterType,
    Value: inputs.insecureValue ?? inputs.value,
    Description: inputs.description || undefined,
    AllowedPattern: inputs.allowedPattern || undefined,
    DataType: inputs.dataType || undefined,
    KeyId: inputs.keyId || undefined,
    Tier: (inputs.tier || undefined) as ParameterTier | undefined,
    ...more,
  });
}

export const parameter = resource({
  title: "SSM Parameter",
  properties,
  label: (inputs) => inputs.name,
  async create(place, inputs) {
    // AWS takes tags of a new parameter only, and one to be overwritten may be there.
    const { name = "", overwrite, tagsAll } = inputs;
    await put(place, inputs, overwrite ? { Overwrite: true } : { Tags: asPairs(tagsAll) });
    if (overwrite) await setTags(place, "Parameter", name, {}, tagsAll);
    return name;
  },
  async read(place, id, prior) {
    const ssm = await place.client(ssmClient);
    const found = (await unless(ssm.getParameter({ Name: id, WithDecryption: true }), "ParameterNotFound"))?.Parameter;
    if (!found) return undefined;
    const filter = { ParameterFilters: [{ Key: "Name", Option: "Equals", Values: [id] }] };
    const [described] =
      (await during(`describing SSM Parameter (${id})`, () => ssm.describeParameters(filter))).Parameters ?? [];
    const open = found.Type !== "SecureString" && prior.insecureValue !== undefined;
    return {
      name: found.Name,
      type: found.Type,
      ...(open ? { insecureValue: found.Value } : { value: found.Value }),
      description: described?.Description,
      allowedPattern: described?.AllowedPattern,
      dataType: found.DataType,
      keyId: described?.KeyId,
      tier: described?.Tier,
      tagsAll: await tagsOf(place, "Parameter", id),
      arn: found.ARN,
      version: found.Version,
    };
  },
  async update(place, id, inputs, changed, prior) {
    if (changedMoreThanTags(changed)) await put(place, inputs, { Overwrite: true });
    await setTags(place, "Parameter", id, prior.tagsAll, inputs.tagsAll);
  },
  async delete(place, id) {
    const ssm = await place.client(ssmClient);
    await unless(ssm.deleteParameter({ Name: id }), "ParameterNotFound");
  },
});
