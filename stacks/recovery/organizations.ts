import {
  ListTagsForResourceCommand,
  OrganizationsClient,
  type PolicyType,
  paginateListPolicies,
} from "@aws-sdk/client-organizations";
import type { Sought } from "../../programs/recovery/sought.ts";
import { clientSettings, type Reading, reader } from "../inventory/reading.ts";
import { isTagged } from "./tags.ts";

/** The organization's policy with the wanted type, name and tags. AWS allows one of a name. */
export async function findPolicy(reading: Reading, region: string, sought: Sought): Promise<string | undefined> {
  const { name, type } = sought.inputs;
  const client = new OrganizationsClient(clientSettings(reading, region));
  const { need } = reader(reading, region, `the policy ${String(name)}`);
  try {
    const id = await need("organizations:ListPolicies", async () => {
      for await (const { Policies } of paginateListPolicies({ client }, { Filter: type as PolicyType })) {
        const found = Policies?.find(({ Name, AwsManaged }) => Name === name && AwsManaged !== true);
        if (found !== undefined) return found.Id;
      }
      return undefined;
    });
    if (id === undefined) return undefined;
    const { Tags = [] } = await need("organizations:ListTagsForResource", () =>
      client.send(new ListTagsForResourceCommand({ ResourceId: id })),
    );
    const tags = Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value ?? ""]));
    return isTagged(sought, tags) ? id : undefined;
  } finally {
    client.destroy();
  }
}
