import type { Instance } from "@aws-sdk/client-ec2";
import {
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  paginateDescribeTargetGroups,
  RegisterTargetsCommand,
  type TargetDescription,
  type TargetGroup,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Session } from "../remediation.ts";
import type { Registration, Target } from "./decide.ts";

/** Target groups asked about at once: an account has up to 3,000 a region, and the call is throttled. */
const AT_ONCE = 8;

/**
 * Every place of the instance in a target group: by its id, and by an address of its interfaces. Only target groups of its own VPCs are asked: an
 * address in another's may be another machine's. What is draining is out already (Application Load Balancer guide, "Target health status").
 */
export async function readRegistrations(session: Session, target: Target, instance: Instance): Promise<Registration[]> {
  const client = session.client(ElasticLoadBalancingV2Client, target.region);
  const attached = instance.NetworkInterfaces ?? [];
  const vpcs = new Set(attached.map(({ VpcId }) => VpcId));
  const addresses = new Set(
    attached.flatMap(({ PrivateIpAddresses = [], Ipv6Addresses = [] }) => [
      ...PrivateIpAddresses.map(({ PrivateIpAddress }) => PrivateIpAddress),
      ...Ipv6Addresses.map(({ Ipv6Address }) => Ipv6Address),
    ]),
  );
  const groups: TargetGroup[] = [];
  for await (const { TargetGroups = [] } of paginateDescribeTargetGroups({ client }, {})) {
    const ofVpc = TargetGroups.filter(({ VpcId }) => vpcs.has(VpcId));
    groups.push(...ofVpc.filter(({ TargetType }) => TargetType === "instance" || TargetType === "ip"));
  }
  const found: Registration[] = [];
  for (let i = 0; i < groups.length; i += AT_ONCE) {
    const some = groups.slice(i, i + AT_ONCE);
    const all = await Promise.all(some.map((group) => placesIn(client, group, target.instanceId, addresses)));
    found.push(...all.flat());
  }
  return found.sort((one, other) => (key(one) < key(other) ? -1 : 1));
}

async function placesIn(
  client: ElasticLoadBalancingV2Client,
  { TargetGroupArn = "", TargetType }: TargetGroup,
  instanceId: string,
  addresses: ReadonlySet<string | undefined>,
): Promise<Registration[]> {
  const answer = await client.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
  const own = (answer.TargetHealthDescriptions ?? []).filter(
    ({ Target: { Id } = { Id: undefined }, TargetHealth }) =>
      TargetHealth?.State !== "draining" && (TargetType === "ip" ? addresses.has(Id) : Id === instanceId),
  );
  return own.map(({ Target: at }) => ({
    targetGroup: TargetGroupArn,
    id: at?.Id ?? "",
    port: at?.Port ?? null,
    zone: TargetType === "ip" ? (at?.AvailabilityZone ?? null) : null,
    quicServerId: at?.QuicServerId ?? null,
  }));
}

/** Registers what is in `to` alone, and takes out what is in `from` alone. */
export async function writeRegistrations(
  session: Session,
  { region }: Target,
  from: readonly Registration[],
  to: readonly Registration[],
): Promise<void> {
  const client = session.client(ElasticLoadBalancingV2Client, region);
  const [before, after] = [new Set(from.map(key)), new Set(to.map(key))];
  const gone = from.filter((one) => !after.has(key(one)));
  const come = to.filter((one) => !before.has(key(one)));
  for (const [TargetGroupArn, places] of byGroup(gone)) {
    await client.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets: places.map(described) }));
  }
  for (const [TargetGroupArn, places] of byGroup(come)) {
    await client.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: places.map(described) }));
  }
}

function described({ id, port, zone, quicServerId }: Registration): TargetDescription {
  return {
    Id: id,
    ...(port !== null && { Port: port }),
    ...(zone !== null && { AvailabilityZone: zone }),
    ...(quicServerId !== null && { QuicServerId: quicServerId }),
  };
}

const key = (one: Registration) => [one.targetGroup, one.id, one.port, one.zone, one.quicServerId].join(" ");

function byGroup(places: readonly Registration[]): Map<string, Registration[]> {
  const groups = new Map<string, Registration[]>();
  for (const one of places) groups.set(one.targetGroup, [...(groups.get(one.targetGroup) ?? []), one]);
  return groups;
}
