import type { IpPermission, SecurityGroup } from "@aws-sdk/client-ec2";
import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { block, boolean, type InputsOf, list, number, output, set, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asPairs, fromPairs, tagChanges, tagFields } from "../../provider/tags.ts";
import { ec2Client } from "./client.ts";
import { type Rule, rulesFrom, toPermission } from "./security-group-rule.ts";

const rule = block({
  cidrBlocks: list(string()),
  description: string(),
  fromPort: number({ required: true }),
  ipv6CidrBlocks: list(string()),
  prefixListIds: list(string()),
  protocol: string({ required: true }),
  securityGroups: set(string()),
  self: boolean({ default: false }),
  toPort: number({ required: true }),
});

const properties = {
  vpcId: string({ computed: true, replaces: true }),
  ingress: set(rule, { computed: true }),
  egress: set(rule, { computed: true }),
  revokeRulesOnDelete: boolean({ default: false }),
  ...tagFields,
  arn: output(string()),
  description: output(string()),
  name: output(string()),
  namePrefix: output(string()),
  ownerId: output(string()),
};

type Direction = "ingress" | "egress";

async function findGroup(place: Place, id: string): Promise<SecurityGroup | undefined> {
  const ec2 = await place.client(ec2Client);
  const answer = await unless(
    ec2.describeSecurityGroups({ GroupIds: [id] }),
    "InvalidGroup.NotFound",
    "InvalidSecurityGroupID.NotFound",
  );
  return answer?.SecurityGroups?.[0];
}

async function findDefault(place: Place, vpcId: string | undefined): Promise<SecurityGroup> {
  const ec2 = await place.client(ec2Client);
  const { SecurityGroups: [group] = [] } = await ec2.describeSecurityGroups({
    Filters: [
      { Name: "group-name", Values: ["default"] },
      vpcId === undefined ? { Name: "description", Values: ["default group"] } : { Name: "vpc-id", Values: [vpcId] },
    ],
  });
  if (group === undefined) throw new Error("reading Default Security Group: empty result");
  return group;
}

/** Every rule of a group, by the rules' own ids. */
async function revokeAll(place: Place, id: string): Promise<void> {
  const ec2 = await place.client(ec2Client);
  const { SecurityGroupRules = [] } = await ec2.describeSecurityGroupRules({
    Filters: [{ Name: "group-id", Values: [id] }],
  });
  for (const { IsEgress, SecurityGroupRuleId = "" } of SecurityGroupRules) {
    const request = { GroupId: id, SecurityGroupRuleIds: [SecurityGroupRuleId] };
    await (IsEgress ? ec2.revokeSecurityGroupEgress(request) : ec2.revokeSecurityGroupIngress(request));
  }
}

/** Revokes the rules of one direction that are not wanted, then makes the missing ones. */
async function bring(place: Place, group: SecurityGroup, direction: Direction, wanted: readonly Rule[]): Promise<void> {
  const ec2 = await place.client(ec2Client);
  const { GroupId = "" } = group;
  const text = (one: Rule) => JSON.stringify(toPermission(one, GroupId));
  const live = rulesFrom(group, direction);
  const texts = new Set(wanted.map(text));
  const present = new Set(live.map(text));
  const permissions = (rules: readonly Rule[]): IpPermission[] => rules.map((one) => toPermission(one, GroupId));
  const revoke = { GroupId, IpPermissions: permissions(live.filter((one) => !texts.has(text(one)))) };
  const authorize = { GroupId, IpPermissions: permissions(wanted.filter((one) => !present.has(text(one)))) };
  await during(`updating Security Group (${GroupId}) ${direction} rules`, async () => {
    const inward = direction === "ingress";
    if (revoke.IpPermissions.length > 0) {
      await (inward ? ec2.revokeSecurityGroupIngress(revoke) : ec2.revokeSecurityGroupEgress(revoke));
    }
    if (authorize.IpPermissions.length > 0) {
      await (inward ? ec2.authorizeSecurityGroupIngress(authorize) : ec2.authorizeSecurityGroupEgress(authorize));
    }
  });
}

async function bringAll(place: Place, id: string, inputs: InputsOf<typeof properties>): Promise<void> {
  const group = await findGroup(place, id);
  if (group === undefined) throw new Error(`reading Security Group (${id}): empty result`);
  await bring(place, group, "ingress", inputs.ingress ?? []);
  await bring(place, group, "egress", inputs.egress ?? []);
}

async function tag(place: Place, id: string, before: object = {}, after: object = {}): Promise<void> {
  const ec2 = await place.client(ec2Client);
  const changes = tagChanges(before as Record<string, string>, after as Record<string, string>);
  const Resources = [id];
  if (changes.remove.length > 0) await ec2.deleteTags({ Resources, Tags: changes.remove.map((Key) => ({ Key })) });
  if (Object.keys(changes.set).length > 0) await ec2.createTags({ Resources, Tags: asPairs(changes.set) });
}

/** Creating takes the group of a VPC over, with tags and rules; deleting changes nothing, as the real provider does. */
export const defaultSecurityGroup = resource({
  title: "Default Security Group",
  properties,
  async create(place, inputs, made) {
    const group = await findDefault(place, inputs.vpcId);
    const { GroupId: id = "" } = group;
    made(id);
    await tag(place, id, fromPairs(group.Tags), inputs.tagsAll);
    await revokeAll(place, id);
    await bringAll(place, id, inputs);
    return id;
  },
  async read(place, id) {
    const group = await findGroup(place, id);
    if (group === undefined) return undefined;
    return {
      vpcId: group.VpcId,
      ingress: rulesFrom(group, "ingress"),
      egress: rulesFrom(group, "egress"),
      revokeRulesOnDelete: false,
      tagsAll: fromPairs(group.Tags),
      arn: place.arn("ec2", `security-group/${id}`),
      description: group.Description,
      name: group.GroupName,
      namePrefix: "",
      ownerId: group.OwnerId,
    };
  },
  async update(place, id, inputs, changed, prior) {
    if (changed.has("tags") || changed.has("tagsAll")) await tag(place, id, prior.tagsAll, inputs.tagsAll);
    await bringAll(place, id, inputs);
  },
  delete: async () => {},
});
