import {
  DescribeInstancesCommand,
  EC2Client,
  type Instance,
  ModifyInstanceMetadataOptionsCommand,
} from "@aws-sdk/client-ec2";
import { orNull } from "../aws-errors.ts";
import type { NamedResource } from "../finding-resources.ts";
import { remediation, type Session } from "../remediation.ts";
import { decide, type Tokens, targetsOf } from "./decide.ts";
import { ec2Imdsv2 as manifest } from "./manifest.ts";

const idOf = ({ arn }: NamedResource): string => arn.slice(arn.lastIndexOf("/") + 1);

/**
 * Whether an instance asks for a token before it answers for its metadata. Nothing else of its metadata options is changed: what a call does not
 * name stays as it is (EC2 API reference, ModifyInstanceMetadataOptions).
 */
export const ec2Imdsv2Remediation = remediation<NamedResource, Tokens>({
  manifest,
  targetsOf,
  decide,
  told: ({ accountId, arn }) => `instance ${arn} in account ${accountId}`,

  async tags(session, target) {
    const { Tags = [] } = (await describe(session, target)) ?? {};
    return Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value]));
  },

  async read(session, target) {
    const instance = await describe(session, target);
    if (instance === undefined) return undefined;
    return { tokens: instance.MetadataOptions?.HttpTokens === "required" ? "required" : "optional" };
  },

  async write(session, target, _from, { tokens }) {
    await session
      .client(EC2Client)
      .send(new ModifyInstanceMetadataOptionsCommand({ InstanceId: idOf(target), HttpTokens: tokens }));
  },
});

/** The instance, or undefined where it is gone or about to be: a terminated one answers for about an hour (EC2 User Guide). */
async function describe(session: Session, target: NamedResource): Promise<Instance | undefined> {
  const call = session.client(EC2Client).send(new DescribeInstancesCommand({ InstanceIds: [idOf(target)] }));
  const instance = (await orNull(call, "InvalidInstanceID.NotFound"))?.Reservations?.[0]?.Instances?.[0];
  const state = instance?.State?.Name;
  return state === "terminated" || state === "shutting-down" ? undefined : instance;
}
