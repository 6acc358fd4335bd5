import { unless } from "../../provider/errors.ts";
import { output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asPairs, fromPairs, tagChanges, tagFields } from "../../provider/tags.ts";
import { waitFor } from "../../provider/waiting.ts";
import { iamClient, timestamp } from "./client.ts";

const nameOf = (arn: string) => arn.slice(arn.lastIndexOf("/") + 1);

export const serviceLinkedRole = resource({
  title: "IAM Service Linked Role",
  global: true,
  properties: {
    awsServiceName: string({ required: true, replaces: true }),
    customSuffix: string({ replaces: true }),
    // IAM describes some of these roles by itself.
    description: string({ computed: true }),
    ...tagFields,
    arn: output(string()),
    createDate: output(string()),
    name: output(string()),
    path: output(string()),
    uniqueId: output(string()),
  },
  label: (inputs) => inputs.awsServiceName,
  async create(place, inputs, made) {
    const iam = await place.client(iamClient);
    const { Role } = await iam.createServiceLinkedRole({
      AWSServiceName: inputs.awsServiceName,
      CustomSuffix: inputs.customSuffix,
      Description: inputs.description,
    });
    const id = Role?.Arn ?? "";
    made(id);
    if (Object.keys(inputs.tagsAll ?? {}).length > 0) {
      await iam.tagRole({ RoleName: nameOf(id), Tags: asPairs(inputs.tagsAll) });
    }
    return id;
  },
  async read(place, id) {
    const iam = await place.client(iamClient);
    const found = (await unless(iam.getRole({ RoleName: nameOf(id) }), "NoSuchEntityException"))?.Role;
    if (!found) return undefined;
    return {
      awsServiceName: found.Path?.split("/")[2],
      customSuffix: found.RoleName?.split("_")[1],
      description: found.Description,
      tagsAll: fromPairs(found.Tags),
      arn: found.Arn,
      createDate: timestamp(found.CreateDate),
      name: found.RoleName,
      path: found.Path,
      uniqueId: found.RoleId,
    };
  },
  async update(place, id, inputs, changed, prior) {
    const iam = await place.client(iamClient);
    const RoleName = nameOf(id);
    if (changed.has("description")) await iam.updateRole({ RoleName, Description: inputs.description ?? "" });
    const tags = tagChanges(prior.tagsAll, inputs.tagsAll);
    if (tags.remove.length > 0) await iam.untagRole({ RoleName, TagKeys: tags.remove });
    if (Object.keys(tags.set).length > 0) await iam.tagRole({ RoleName, Tags: asPairs(tags.set) });
  },
  async delete(place, id) {
    const iam = await place.client(iamClient);
    const deletion = await unless(iam.deleteServiceLinkedRole({ RoleName: nameOf(id) }), "NoSuchEntityException");
    if (!deletion?.DeletionTaskId) return;
    await waitFor({ within: 300_000, signal: place.cancelled }, async () => {
      const task = await unless(
        iam.getServiceLinkedRoleDeletionStatus({ DeletionTaskId: deletion.DeletionTaskId }),
        "NoSuchEntityException",
      );
      if (task?.Status === "FAILED") throw new Error(task.Reason?.Reason ?? "the deletion failed");
      return task === undefined || task.Status === "SUCCEEDED" ? true : undefined;
    });
  },
});
