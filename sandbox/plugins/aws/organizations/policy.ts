import type { PolicyType } from "@aws-sdk/client-organizations";
import { unless } from "../../provider/errors.ts";
import { boolean, json, output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asPairs, fromPairs, tagChanges, tagFields } from "../../provider/tags.ts";
import { organizationsClient } from "./client.ts";

const absent = "PolicyNotFoundException";

export const policy = resource({
  title: "Organizations Policy",
  global: true,
  properties: {
    content: json({ required: true }),
    description: string(),
    name: string({ naming: { length: 128 } }),
    skipDestroy: boolean({ unread: true }),
    type: string({ default: "SERVICE_CONTROL_POLICY", replaces: true }),
    ...tagFields,
    arn: output(string()),
  },
  label: (inputs) => inputs.name,
  async create(place, inputs) {
    const organizations = await place.client(organizationsClient);
    const { Policy } = await organizations.createPolicy({
      Name: inputs.name,
      Description: inputs.description ?? "",
      Type: inputs.type as PolicyType,
      Content: inputs.content,
      Tags: asPairs(inputs.tagsAll),
    });
    return Policy?.PolicySummary?.Id ?? "";
  },
  async read(place, id) {
    const organizations = await place.client(organizationsClient);
    const found = (await unless(organizations.describePolicy({ PolicyId: id }), absent))?.Policy;
    if (!found?.PolicySummary) return undefined;
    const { Tags } = await organizations.listTagsForResource({ ResourceId: id });
    const { Name, Description, Type, Arn } = found.PolicySummary;
    return {
      content: found.Content,
      description: Description,
      name: Name,
      type: Type,
      tagsAll: fromPairs(Tags),
      arn: Arn,
    };
  },
  async update(place, id, inputs, changed, prior) {
    const organizations = await place.client(organizationsClient);
    if (["content", "description", "name"].some((property) => changed.has(property))) {
      await organizations.updatePolicy({
        PolicyId: id,
        ...(changed.has("content") ? { Content: inputs.content } : {}),
        ...(changed.has("description") ? { Description: inputs.description ?? "" } : {}),
        ...(changed.has("name") ? { Name: inputs.name } : {}),
      });
    }
    const tags = tagChanges(prior.tagsAll, inputs.tagsAll);
    if (tags.remove.length > 0) await organizations.untagResource({ ResourceId: id, TagKeys: tags.remove });
    if (Object.keys(tags.set).length > 0) {
      await organizations.tagResource({ ResourceId: id, Tags: asPairs(tags.set) });
    }
  },
  async delete(place, id, state) {
    if (state.skipDestroy) return;
    const organizations = await place.client(organizationsClient);
    await unless(organizations.deletePolicy({ PolicyId: id }), absent);
  },
});
