import { unless } from "../../provider/errors.ts";
import { number, output, policy, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asPairs, fromPairs, tagChanges, tagFields } from "../../provider/tags.ts";
import { decoded, iamClient } from "./client.ts";

const absent = "NoSuchEntityException";

export const managedPolicy = resource({
  title: "IAM Policy",
  global: true,
  properties: {
    name: string({ replaces: true, naming: { length: 128 } }),
    path: string({ default: "/", replaces: true }),
    description: string({ replaces: true }),
    policy: policy({ required: true }),
    delayAfterPolicyCreationInMs: number({ unread: true }),
    ...tagFields,
    arn: output(string()),
    attachmentCount: output(number()),
    policyId: output(string()),
  },
  label: (inputs) => inputs.name,
  async create(place, inputs) {
    const iam = await place.client(iamClient);
    const { Policy } = await iam.createPolicy({
      PolicyName: inputs.name,
      Path: inputs.path,
      Description: inputs.description,
      PolicyDocument: inputs.policy,
      Tags: asPairs(inputs.tagsAll),
    });
    return Policy?.Arn ?? "";
  },
  async read(place, id) {
    const iam = await place.client(iamClient);
    const found = (await unless(iam.getPolicy({ PolicyArn: id }), absent))?.Policy;
    if (!found) return undefined;
    const { PolicyVersion } = await iam.getPolicyVersion({ PolicyArn: id, VersionId: found.DefaultVersionId });
    return {
      name: found.PolicyName,
      path: found.Path,
      description: found.Description,
      policy: decoded(PolicyVersion?.Document),
      tagsAll: fromPairs(found.Tags),
      arn: found.Arn,
      attachmentCount: found.AttachmentCount,
      policyId: found.PolicyId,
    };
  },
  async update(place, id, inputs, changed, prior) {
    const iam = await place.client(iamClient);
    if (changed.has("policy")) {
      // A policy has at most five versions: the oldest makes room, as in the Terraform provider.
      const { Versions = [] } = await iam.listPolicyVersions({ PolicyArn: id });
      const removable = Versions.filter((version) => !version.IsDefaultVersion);
      const oldest = removable.sort((a, b) => Number(a.CreateDate) - Number(b.CreateDate))[0];
      if (Versions.length >= 5 && oldest) {
        await iam.deletePolicyVersion({ PolicyArn: id, VersionId: oldest.VersionId });
      }
      await iam.createPolicyVersion({ PolicyArn: id, PolicyDocument: inputs.policy, SetAsDefault: true });
    }
    const tags = tagChanges(prior.tagsAll, inputs.tagsAll);
    if (tags.remove.length > 0) await iam.untagPolicy({ PolicyArn: id, TagKeys: tags.remove });
    if (Object.keys(tags.set).length > 0) await iam.tagPolicy({ PolicyArn: id, Tags: asPairs(tags.set) });
  },
  async delete(place, id) {
    const iam = await place.client(iamClient);
    const listed = await unless(iam.listPolicyVersions({ PolicyArn: id }), absent);
    for (const { VersionId, IsDefaultVersion } of listed?.Versions ?? []) {
      if (!IsDefaultVersion) await unless(iam.deletePolicyVersion({ PolicyArn: id, VersionId }), absent);
    }
    await unless(iam.deletePolicy({ PolicyArn: id }), absent);
  },
});

export const rolePolicy = resource({
  title: "IAM Role Policy",
  global: true,
  properties: {
    name: string({ replaces: true, naming: { length: 128 } }),
    role: string({ required: true, replaces: true }),
    policy: policy({ required: true }),
  },
  label: (inputs) => `${inputs.role}:${inputs.name}`,
  async create(place, inputs) {
    const iam = await place.client(iamClient);
    await iam.putRolePolicy({ RoleName: inputs.role, PolicyName: inputs.name, PolicyDocument: inputs.policy });
    return `${inputs.role}:${inputs.name}`;
  },
  async read(place, id) {
    const iam = await place.client(iamClient);
    const [role, name] = id.split(":");
    const found = await unless(iam.getRolePolicy({ RoleName: role, PolicyName: name }), absent);
    return found && { role, name, policy: decoded(found.PolicyDocument) };
  },
  async update(place, _id, inputs) {
    const iam = await place.client(iamClient);
    await iam.putRolePolicy({ RoleName: inputs.role, PolicyName: inputs.name, PolicyDocument: inputs.policy });
  },
  async delete(place, id) {
    const iam = await place.client(iamClient);
    const [role, name] = id.split(":");
    await unless(iam.deleteRolePolicy({ RoleName: role, PolicyName: name }), absent);
  },
});

export const rolePolicyAttachment = resource({
  title: "IAM Policy attachment to IAM Role",
  global: true,
  deleteBeforeReplace: true,
  properties: {
    role: string({ required: true, replaces: true }),
    policyArn: string({ required: true, replaces: true }),
  },
  label: (inputs) => `${inputs.role}/${inputs.policyArn}`,
  async create(place, inputs) {
    const iam = await place.client(iamClient);
    await iam.attachRolePolicy({ RoleName: inputs.role, PolicyArn: inputs.policyArn });
    return `${inputs.role}/${inputs.policyArn}`;
  },
  async read(place, id) {
    const iam = await place.client(iamClient);
    const role = id.slice(0, id.indexOf("/"));
    const policyArn = id.slice(id.indexOf("/") + 1);
    const found = await unless(iam.listAttachedRolePolicies({ RoleName: role }), absent);
    return found?.AttachedPolicies?.some(({ PolicyArn }) => PolicyArn === policyArn) ? { role, policyArn } : undefined;
  },
  async delete(place, _id, state) {
    const iam = await place.client(iamClient);
    await unless(iam.detachRolePolicy({ RoleName: state.role, PolicyArn: state.policyArn }), absent);
  },
});
