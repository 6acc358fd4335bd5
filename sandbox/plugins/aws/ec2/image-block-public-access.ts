import type { Place } from "../../provider/place.ts";
import { string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { waitFor } from "../../provider/waiting.ts";
import { ec2Client } from "./client.ts";

/** What the real provider gives a change before it fails. */
const TEN_MINUTES = 600_000;

async function current(place: Place): Promise<string | undefined> {
  const ec2 = await place.client(ec2Client);
  return (await ec2.getImageBlockPublicAccessState({})).ImageBlockPublicAccessState;
}

async function put(place: Place, state: string): Promise<void> {
  const ec2 = await place.client(ec2Client);
  if (state === "block-new-sharing") await ec2.enableImageBlockPublicAccess({ ImageBlockPublicAccessState: state });
  else if (state === "unblocked") await ec2.disableImageBlockPublicAccess({});
  else throw new Error(`expected state to be one of ["block-new-sharing" "unblocked"], got ${state}`);
  await waitFor({ within: TEN_MINUTES, signal: place.cancelled }, async () =>
    (await current(place)) === state ? state : undefined,
  );
}

/** Deleting leaves the setting as it is, as the real provider does. */
export const imageBlockPublicAccess = resource({
  title: "EC2 Image Block Public Access",
  properties: { state: string({ required: true }) },
  async create(place, inputs) {
    await put(place, inputs.state);
    return place.accountId;
  },
  read: async (place) => ({ state: await current(place) }),
  update: (place, _id, inputs) => put(place, inputs.state),
  delete: async () => {},
});
