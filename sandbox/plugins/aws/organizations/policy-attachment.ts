import { unless } from "../../provider/errors.ts";
import { boolean, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { organizationsClient } from "./client.ts";

export const policyAttachment = resource({
  title: "Organizations Policy Attachment",
  global: true,
  properties: {
    policyId: string({ required: true, replaces: true }),
    skipDestroy: boolean({ unread: true }),
    targetId: string({ required: true, replaces: true }),
  },
  label: (inputs) => `${inputs.targetId}:${inputs.policyId}`,
  async create(place, { policyId, targetId }) {
    const organizations = await place.client(organizationsClient);
    await organizations.attachPolicy({ PolicyId: policyId, TargetId: targetId });
    return `${targetId}:${policyId}`;
  },
  async read(place, id) {
    const organizations = await place.client(organizationsClient);
    const [targetId = "", policyId = ""] = id.split(":");
    let NextToken: string | undefined;
    do {
      const call = organizations.listTargetsForPolicy({ PolicyId: policyId, NextToken });
      const page = await unless(call, "PolicyNotFoundException");
      if (page?.Targets?.some(({ TargetId }) => TargetId === targetId)) return { policyId, targetId };
      NextToken = page?.NextToken;
    } while (NextToken);
    return undefined;
  },
  // Only `skipDestroy` can change, which AWS knows nothing of.
  async update() {},
  async delete(place, id, state) {
    if (state.skipDestroy) return;
    const organizations = await place.client(organizationsClient);
    const [TargetId, PolicyId] = id.split(":");
    const gone = ["PolicyNotAttachedException", "PolicyNotFoundException", "TargetNotFoundException"];
    await unless(organizations.detachPolicy({ PolicyId, TargetId }), ...gone);
  },
});
