import { isSame } from "../../provider/equality.ts";
import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { block, boolean, number, output, policy, set, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asPairs, fromPairs, tagChanges, tagFields } from "../../provider/tags.ts";
import { decoded, iamClient, timestamp } from "./client.ts";

interface InlinePolicy {
  readonly name?: string | undefined;
  readonly policy?: string | undefined;
}

const inlinePolicy = block({ name: string(), policy: policy() });

export const role = resource({
  title: "IAM Role",
  global: true,
  properties: {
    name: string({ replaces: true, naming: { length: 64 } }),
    path: string({ default: "/", replaces: true }),
    assumeRolePolicy: policy({ required: true }),
    description: string(),
    maxSessionDuration: number({ default: 3600 }),
    permissionsBoundary: string(),
    forceDetachPolicies: boolean({ default: false, unread: true }),
    inlinePolicies: set(inlinePolicy, { computed: true }),
    managedPolicyArns: set(string(), { computed: true }),
    ...tagFields,
    arn: output(string()),
    createDate: output(string()),
    uniqueId: output(string()),
  },
  label: (inputs) => inputs.name,
  async create(place, inputs, made) {
    const iam = await place.client(iamClient);
    const name = inputs.name ?? "";
    await iam.createRole({
      RoleName: name,
      Path: inputs.path,
      AssumeRolePolicyDocument: inputs.assumeRolePolicy,
      Description: inputs.description,
      MaxSessionDuration: inputs.maxSessionDuration,
      PermissionsBoundary: inputs.permissionsBoundary,
      Tags: asPairs(inputs.tagsAll),
    });
    made(name);
    await putInline(place, name, inputs.inlinePolicies ?? []);
    for (const PolicyArn of inputs.managedPolicyArns ?? []) await iam.attachRolePolicy({ RoleName: name, PolicyArn });
    return name;
  },
  async read(place, id) {
    const iam = await place.client(iamClient);
    const found = (await unless(iam.getRole({ RoleName: id }), "NoSuchEntityException"))?.Role;
    if (!found) return undefined;
    return {
      name: found.RoleName,
      path: found.Path,
      assumeRolePolicy: decoded(found.AssumeRolePolicyDocument),
      description: found.Description,
      maxSessionDuration: found.MaxSessionDuration ?? 3600,
      permissionsBoundary: found.PermissionsBoundary?.PermissionsBoundaryArn,
      inlinePolicies: await inlinePolicies(place, id),
      managedPolicyArns: await attachedPolicies(place, id),
      tagsAll: fromPairs(found.Tags),
      arn: found.Arn,
      createDate: timestamp(found.CreateDate),
      uniqueId: found.RoleId,
    };
  },
  async update(place, id, inputs, changed, prior) {
    const iam = await place.client(iamClient);
    const RoleName = id;
    if (changed.has("assumeRolePolicy")) {
      await iam.updateAssumeRolePolicy({ RoleName, PolicyDocument: inputs.assumeRolePolicy });
    }
    if (changed.has("description"))
      await iam.updateRoleDescription({ RoleName, Description: inputs.description ?? "" });
    if (changed.has("maxSessionDuration")) {
      await iam.updateRole({ RoleName, MaxSessionDuration: inputs.maxSessionDuration });
    }
    if (changed.has("permissionsBoundary")) {
      const PermissionsBoundary = inputs.permissionsBoundary;
      if (PermissionsBoundary) await iam.putRolePermissionsBoundary({ RoleName, PermissionsBoundary });
      else await iam.deleteRolePermissionsBoundary({ RoleName });
    }
    if (changed.has("inlinePolicies")) {
      // As in the Terraform provider: what changes is removed first, and what stays is not touched.
      const [before, after] = [prior.inlinePolicies ?? [], inputs.inlinePolicies ?? []];
      for (const { name } of before.filter((one) => !after.some((other) => isSame(inlinePolicy, one, other)))) {
        if (name) await unless(iam.deleteRolePolicy({ RoleName, PolicyName: name }), "NoSuchEntityException");
      }
      await putInline(
        place,
        id,
        after.filter((one) => !before.some((other) => isSame(inlinePolicy, one, other))),
      );
    }
    if (changed.has("managedPolicyArns")) {
      const [before, after] = [prior.managedPolicyArns ?? [], inputs.managedPolicyArns ?? []];
      for (const PolicyArn of before)
        if (!after.includes(PolicyArn)) await iam.detachRolePolicy({ RoleName, PolicyArn });
      for (const PolicyArn of after)
        if (!before.includes(PolicyArn)) await iam.attachRolePolicy({ RoleName, PolicyArn });
    }
    const tags = tagChanges(prior.tagsAll, inputs.tagsAll);
    if (tags.remove.length > 0) await iam.untagRole({ RoleName, TagKeys: tags.remove });
    if (Object.keys(tags.set).length > 0) await iam.tagRole({ RoleName, Tags: asPairs(tags.set) });
  },
  async delete(place, id, state) {
    const iam = await place.client(iamClient);
    const RoleName = id;
    const absent = "NoSuchEntityException";
    const profiles = await unless(iam.listInstanceProfilesForRole({ RoleName }), absent);
    if (!profiles) return;
    for (const { InstanceProfileName } of profiles.InstanceProfiles ?? []) {
      await unless(iam.removeRoleFromInstanceProfile({ RoleName, InstanceProfileName }), absent);
    }
    if (state.forceDetachPolicies || (state.managedPolicyArns ?? []).length > 0) {
      for (const PolicyArn of await attachedPolicies(place, id)) {
        await unless(iam.detachRolePolicy({ RoleName, PolicyArn }), absent);
      }
    }
    if (state.forceDetachPolicies || (state.inlinePolicies ?? []).length > 0) {
      for (const { name } of await inlinePolicies(place, id)) {
        await unless(iam.deleteRolePolicy({ RoleName, PolicyName: name }), absent);
      }
    }
    await unless(iam.deleteRole({ RoleName }), absent);
  },
});

async function putInline(place: Place, role: string, policies: readonly InlinePolicy[]): Promise<void> {
  const iam = await place.client(iamClient);
  for (const { name, policy } of policies) {
    if (!name || !policy) continue;
    await during(`putting IAM Role (${role}) Policy (${name})`, () =>
      iam.putRolePolicy({ RoleName: role, PolicyName: name, PolicyDocument: policy }),
    );
  }
}

async function inlinePolicies(place: Place, role: string): Promise<InlinePolicy[]> {
  const iam = await place.client(iamClient);
  const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName: role });
  return Promise.all(
    PolicyNames.map(async (name) => {
      const { PolicyDocument } = await iam.getRolePolicy({ RoleName: role, PolicyName: name });
      return { name, policy: decoded(PolicyDocument) };
    }),
  );
}

async function attachedPolicies(place: Place, role: string): Promise<string[]> {
  const iam = await place.client(iamClient);
  const { AttachedPolicies = [] } = await iam.listAttachedRolePolicies({ RoleName: role });
  return AttachedPolicies.map(({ PolicyArn }) => PolicyArn ?? "");
}
