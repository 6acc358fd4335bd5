import { unless } from "../../provider/errors.ts";
import { output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { absent, securityHubClient } from "./client.ts";

export const actionTarget = resource({
  title: "Security Hub Action Target",
  properties: {
    identifier: string({ required: true, replaces: true }),
    name: string({ naming: { length: 20 } }),
    description: string({ required: true }),
    arn: output(string()),
  },
  label: (inputs) => inputs.identifier,
  async create(place, inputs) {
    const hub = await place.client(securityHubClient);
    const { ActionTargetArn } = await hub.createActionTarget({
      Id: inputs.identifier,
      Name: inputs.name,
      Description: inputs.description,
    });
    return ActionTargetArn ?? "";
  },
  async read(place, id) {
    const hub = await place.client(securityHubClient);
    const answer = await unless(hub.describeActionTargets({ ActionTargetArns: [id] }), ...absent);
    const found = answer?.ActionTargets?.[0];
    return (
      found && {
        identifier: id.slice(id.lastIndexOf("/") + 1),
        name: found.Name,
        description: found.Description,
        arn: found.ActionTargetArn,
      }
    );
  },
  async update(place, id, inputs) {
    const hub = await place.client(securityHubClient);
    await hub.updateActionTarget({ ActionTargetArn: id, Name: inputs.name, Description: inputs.description });
  },
  async delete(place, id) {
    const hub = await place.client(securityHubClient);
    await unless(hub.deleteActionTarget({ ActionTargetArn: id }), ...absent);
  },
});
