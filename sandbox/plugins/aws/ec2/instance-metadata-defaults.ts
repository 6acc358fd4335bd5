import type {
  DefaultInstanceMetadataEndpointState,
  DefaultInstanceMetadataTagsState,
  MetadataDefaultHttpTokensState,
} from "@aws-sdk/client-ec2";
import type { Place } from "../../provider/place.ts";
import { type InputsOf, number, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { ec2Client } from "./client.ts";

const NO_PREFERENCE = "no-preference";
const NO_LIMIT = -1;

const properties = {
  httpEndpoint: string({ default: NO_PREFERENCE }),
  httpPutResponseHopLimit: number({ default: NO_LIMIT }),
  httpTokens: string({ default: NO_PREFERENCE }),
  instanceMetadataTags: string({ default: NO_PREFERENCE }),
};

async function put(place: Place, inputs: InputsOf<typeof properties>): Promise<void> {
  const ec2 = await place.client(ec2Client);
  await ec2.modifyInstanceMetadataDefaults({
    HttpEndpoint: inputs.httpEndpoint as DefaultInstanceMetadataEndpointState,
    HttpPutResponseHopLimit: inputs.httpPutResponseHopLimit,
    HttpTokens: inputs.httpTokens as MetadataDefaultHttpTokensState,
    InstanceMetadataTags: inputs.instanceMetadataTags as DefaultInstanceMetadataTagsState,
  });
}

export const instanceMetadataDefaults = resource({
  title: "EC2 Instance Metadata Defaults",
  properties,
  async create(place, inputs) {
    await put(place, inputs);
    return place.accountId;
  },
  async read(place) {
    const ec2 = await place.client(ec2Client);
    const { AccountLevel: set = {} } = await ec2.getInstanceMetadataDefaults({});
    // The real provider takes an answer without any member for a resource that is gone.
    if (Object.keys(set).length === 0) return undefined;
    return {
      httpEndpoint: set.HttpEndpoint ?? NO_PREFERENCE,
      httpPutResponseHopLimit: set.HttpPutResponseHopLimit || NO_LIMIT,
      httpTokens: set.HttpTokens ?? NO_PREFERENCE,
      instanceMetadataTags: set.InstanceMetadataTags ?? NO_PREFERENCE,
    };
  },
  update: (place, _id, inputs) => put(place, inputs),
  delete: (place) =>
    put(place, {
      httpEndpoint: NO_PREFERENCE,
      httpPutResponseHopLimit: NO_LIMIT,
      httpTokens: NO_PREFERENCE,
      instanceMetadataTags: NO_PREFERENCE,
    }),
});
