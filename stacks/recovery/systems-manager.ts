import { ListTagsForResourceCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { Sought } from "../../programs/recovery/sought.ts";
import { clientSettings, type Reading, reader } from "../inventory/reading.ts";
import { listAssociations } from "../inventory/systems-manager.ts";
import { isTagged } from "./tags.ts";

/** The association with the wanted name and tags. Names are not unique to AWS, and its id is AWS's. */
export async function findAssociation(
  reading: Reading,
  region: string,
  sought: Sought,
  known: ReadonlySet<string>,
): Promise<string | undefined> {
  const { associationName } = sought.inputs;
  if (typeof associationName !== "string") return undefined;
  const client = new SSMClient(clientSettings(reading, region));
  const { need } = reader(reading, region, `the association ${associationName}`);
  try {
    const associations = await need("ssm:ListAssociations", () =>
      listAssociations(client, "AssociationName", associationName),
    );
    for (const { AssociationId: ResourceId = "" } of associations) {
      if (known.has(ResourceId)) continue;
      const { TagList = [] } = await need("ssm:ListTagsForResource", () =>
        client.send(new ListTagsForResourceCommand({ ResourceType: "Association", ResourceId })),
      );
      if (isTagged(sought, Object.fromEntries(TagList.map(({ Key, Value }) => [Key, Value])))) return ResourceId;
    }
    return undefined;
  } finally {
    client.destroy();
  }
}
