import type { AssociationStatus, StandardsControlAssociationSummary } from "@aws-sdk/client-securityhub";
import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { type InputsOf, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { absent, securityHubClient } from "./client.ts";

const properties = {
  associationStatus: string({ required: true }),
  securityControlId: string({ required: true, replaces: true }),
  standardsArn: string({ required: true, replaces: true }),
  updatedReason: string(),
};

type Inputs = InputsOf<typeof properties>;

const title = "Standards Control Association";

async function put(place: Place, inputs: Inputs): Promise<void> {
  if (inputs.associationStatus !== "ENABLED" && !inputs.updatedReason) {
    throw new Error(
      `Attribute "updated_reason" must be specified when "association_status" is "${inputs.associationStatus}".`,
    );
  }
  const hub = await place.client(securityHubClient);
  const { UnprocessedAssociationUpdates: [refused] = [] } = await hub.batchUpdateStandardsControlAssociations({
    StandardsControlAssociationUpdates: [
      {
        AssociationStatus: inputs.associationStatus as AssociationStatus,
        SecurityControlId: inputs.securityControlId,
        StandardsArn: inputs.standardsArn,
        UpdatedReason: inputs.updatedReason || undefined,
      },
    ],
  });
  if (refused) throw new Error(`${idOf(inputs)}: ${refused.ErrorCode}: ${refused.ErrorReason}`);
}

function idOf({ securityControlId, standardsArn }: Inputs): string {
  return `${securityControlId},${standardsArn}`;
}

async function find(place: Place, id: string): Promise<StandardsControlAssociationSummary | undefined> {
  const hub = await place.client(securityHubClient);
  const [SecurityControlId, standardsArn] = id.split(",");
  let NextToken: string | undefined;
  do {
    const page = await unless(hub.listStandardsControlAssociations({ SecurityControlId, NextToken }), ...absent);
    const found = page?.StandardsControlAssociationSummaries?.find((each) => each.StandardsArn === standardsArn);
    if (found) return found;
    NextToken = page?.NextToken;
  } while (NextToken);
  return undefined;
}

/** The association is there as long as the standard is: making one sets its status, and deleting it leaves the status as it is. */
export const standardsControlAssociation = resource({
  title,
  properties,
  async create(place, inputs) {
    await put(place, inputs);
    return idOf(inputs);
  },
  async read(place, id) {
    const found = await find(place, id);
    return (
      found && {
        associationStatus: found.AssociationStatus,
        securityControlId: found.SecurityControlId,
        standardsArn: found.StandardsArn,
        updatedReason: found.UpdatedReason,
      }
    );
  },
  update: (place, _id, inputs) => during(`updating ${title}`, () => put(place, inputs)),
  delete: async () => {},
});
