import {
  DeletePublicAccessBlockCommand,
  GetPublicAccessBlockCommand,
  PutPublicAccessBlockCommand,
  type S3Control,
  S3ControlClient,
} from "@aws-sdk/client-s3-control";
import { clientMaker } from "../../provider/client.ts";
import { unless } from "../../provider/errors.ts";
import type { ClientSettings, Place } from "../../provider/place.ts";
import { boolean, type InputsOf, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { waitFor } from "../../provider/waiting.ts";

const s3ControlClient = clientMaker<S3Control>()(
  S3ControlClient,
  { DeletePublicAccessBlockCommand, GetPublicAccessBlockCommand, PutPublicAccessBlockCommand },
  (settings) => {
    const { endpoint, region } = settings;
    if (!endpoint) return settings;
    // S3 Control puts the account id in front of the host, a name that exists only below amazonaws.com.
    const authSchemes = [{ name: "sigv4", signingName: "s3", signingRegion: region, disableDoubleEncoding: true }];
    const endpointProvider = () => ({ url: new URL(endpoint), properties: { authSchemes }, headers: {} });
    return { ...settings, endpointProvider } as ClientSettings;
  },
);

const absent = "NoSuchPublicAccessBlockConfiguration";

const properties = {
  accountId: string({ computed: true, replaces: true }),
  blockPublicAcls: boolean({ default: false }),
  blockPublicPolicy: boolean({ default: false }),
  ignorePublicAcls: boolean({ default: false }),
  restrictPublicBuckets: boolean({ default: false }),
};

async function put(place: Place, AccountId: string, inputs: InputsOf<typeof properties>): Promise<void> {
  const s3Control = await place.client(s3ControlClient);
  await s3Control.putPublicAccessBlock({
    AccountId,
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: inputs.blockPublicAcls,
      BlockPublicPolicy: inputs.blockPublicPolicy,
      IgnorePublicAcls: inputs.ignorePublicAcls,
      RestrictPublicBuckets: inputs.restrictPublicBuckets,
    },
  });
}

async function settingsOf(place: Place, AccountId: string) {
  const s3Control = await place.client(s3ControlClient);
  const found = (await unless(s3Control.getPublicAccessBlock({ AccountId }), absent))?.PublicAccessBlockConfiguration;
  return (
    found && {
      accountId: AccountId,
      blockPublicAcls: found.BlockPublicAcls ?? false,
      blockPublicPolicy: found.BlockPublicPolicy ?? false,
      ignorePublicAcls: found.IgnorePublicAcls ?? false,
      restrictPublicBuckets: found.RestrictPublicBuckets ?? false,
    }
  );
}

/** S3 shows the new settings of an account only after a while. */
async function shown(place: Place, id: string, inputs: InputsOf<typeof properties>): Promise<void> {
  await waitFor({ within: 60_000, signal: place.cancelled }, async () => {
    const found = await settingsOf(place, id);
    return found?.blockPublicAcls === inputs.blockPublicAcls &&
      found.blockPublicPolicy === inputs.blockPublicPolicy &&
      found.ignorePublicAcls === inputs.ignorePublicAcls &&
      found.restrictPublicBuckets === inputs.restrictPublicBuckets
      ? found
      : undefined;
  });
}

export const accountPublicAccessBlock = resource({
  title: "S3 Account Public Access Block",
  global: true,
  properties,
  label: (inputs) => inputs.accountId,
  async create(place, inputs, made) {
    const id = inputs.accountId ?? place.accountId;
    await put(place, id, inputs);
    made(id);
    await shown(place, id, inputs);
    return id;
  },
  read: (place, id) => settingsOf(place, id),
  async update(place, id, inputs) {
    await put(place, id, inputs);
    await shown(place, id, inputs);
  },
  async delete(place, id) {
    const s3Control = await place.client(s3ControlClient);
    await unless(s3Control.deletePublicAccessBlock({ AccountId: id }), absent);
  },
});
