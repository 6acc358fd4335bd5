import { unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { kmsClient, notFound } from "./client.ts";

async function aliasOf(place: Place, name: string) {
  const kms = await place.client(kmsClient);
  let Marker: string | undefined;
  do {
    const page = await kms.listAliases({ Marker });
    const found = page.Aliases?.find(({ AliasName }) => AliasName === name);
    if (found) return found;
    Marker = page.NextMarker;
  } while (Marker);
  return undefined;
}

export const alias = resource({
  title: "KMS Alias",
  properties: {
    name: string({ replaces: true, naming: { length: 238, prefix: "alias/" } }),
    targetKeyId: string({ required: true }),
    arn: output(string()),
    targetKeyArn: output(string()),
  },
  label: (inputs) => inputs.name,
  async create(place, inputs) {
    const kms = await place.client(kmsClient);
    await kms.createAlias({ AliasName: inputs.name, TargetKeyId: inputs.targetKeyId });
    return inputs.name ?? "";
  },
  async read(place, id, prior) {
    const found = await aliasOf(place, id);
    if (!found?.TargetKeyId) return undefined;
    // The program may have given the key's id or its ARN; AWS keeps the id.
    const targetKeyArn = place.arn("kms", `key/${found.TargetKeyId}`);
    const asGiven = prior.targetKeyId === targetKeyArn ? targetKeyArn : found.TargetKeyId;
    return { name: found.AliasName, targetKeyId: asGiven, arn: found.AliasArn, targetKeyArn };
  },
  async update(place, id, inputs) {
    const kms = await place.client(kmsClient);
    await kms.updateAlias({ AliasName: id, TargetKeyId: inputs.targetKeyId });
  },
  async delete(place, id) {
    const kms = await place.client(kmsClient);
    await unless(kms.deleteAlias({ AliasName: id }), notFound);
  },
});
