import type { NamedResource } from "../finding-resources.ts";
import type { Decision, Facts, Finding } from "../remediation.ts";
import { keyOf, type Rule, securityGroupsOf, sorted } from "../security-group-rules.ts";
import { refusalToTouch } from "../text-pattern.ts";

/** All addresses, as EC2 writes them: what the controls look for. */
const [ALL_IPV4, ALL_IPV6] = ["0.0.0.0/0", "::/0"];
const [SSH, RDP] = [22, 3389];

/** The ports of EC2.19 (Security Hub User Guide, "Security Hub CSPM controls for Amazon EC2"). */
export const HIGH_RISK: readonly number[] = [
  ...[20, 21, SSH, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, RDP, 4333, 5000, 5432, 5500, 5601],
  ...[8080, 8088, 8888, 9200, 9300],
];

/** What is closed, and for whom. */
export type Closing = { readonly ports: readonly number[]; readonly sources: readonly string[] };

/** By the control: no more than what it finds. The same guide. */
export const CLOSINGS: Readonly<Record<string, Closing>> = {
  "EC2.13": { ports: [SSH], sources: [ALL_IPV4, ALL_IPV6] },
  "EC2.14": { ports: [RDP], sources: [ALL_IPV4, ALL_IPV6] },
  "EC2.19": { ports: HIGH_RISK, sources: [ALL_IPV4, ALL_IPV6] },
  "EC2.53": { ports: [SSH, RDP], sources: [ALL_IPV4] },
  "EC2.54": { ports: [SSH, RDP], sources: [ALL_IPV6] },
};
/** Where a person asks for it on a finding of something else. */
const WITHOUT_CONTROL: Closing = { ports: HIGH_RISK, sources: [ALL_IPV4, ALL_IPV6] };

/** A group and what is closed of it, as it was when the finding was read: an undo looks at the same sources. */
export type Target = NamedResource & Closing;

/** The groups that a finding names. */
export function targetsOf(finding: Finding): readonly Target[] {
  const control = finding.Compliance?.SecurityControlId ?? "";
  const closing = (Object.hasOwn(CLOSINGS, control) ? CLOSINGS[control] : undefined) ?? WITHOUT_CONTROL;
  return securityGroupsOf(finding).map((one) => ({ ...one, ...closing }));
}

/** Whether a rule of a group is among those that a target is about. Others are never read into a state, so never touched. */
export const isAbout = ({ sources }: Closing, { peer }: Rule): boolean =>
  (peer.kind === "ipv4" || peer.kind === "ipv6") && sources.includes(peer.id);

/**
 * The same rules without the ports, each rule as far as it goes around them, with its description and tags. A rule of all traffic
 * becomes rules for TCP and UDP around the ports, and one for ICMP; other protocols (GRE, ESP and the like) are closed with it, because a
 * rule can't say "all but". Connections that are tracked already end by themselves (EC2 User Guide, "Amazon EC2 security group connection tracking").
 */
export function decide(
  rules: readonly Rule[],
  { arn, ports }: Target,
  facts: Pick<Facts, "untouchable">,
): Decision<readonly Rule[]> {
  const parts = rules.map((rule) => ({ rule, around: partsAround(rule, ports) }));
  if (parts.every(({ around }) => around === undefined)) return { kind: "nothing" };
  const refusal = refusalToTouch(arn, facts);
  if (refusal !== undefined) return refusal;
  // A rule that is there already stays as its owner described it.
  const to = new Map(parts.flatMap(({ rule, around }) => (around === undefined ? [[keyOf(rule), rule] as const] : [])));
  for (const part of parts.flatMap(({ around }) => around ?? [])) {
    if (!to.has(keyOf(part))) to.set(keyOf(part), part);
  }
  return { kind: "change", to: sorted([...to.values()]) };
}

/** Undefined where a rule lets none of the ports through. */
function partsAround(rule: Rule, ports: readonly number[]): readonly Rule[] | undefined {
  const [icmp, all] = [rule.peer.kind === "ipv6" ? "icmpv6" : "icmp", rule.protocol === "-1"];
  if (all) {
    const open = ["tcp", "udp"].flatMap((protocol) => around({ ...rule, protocol, from: 0, to: 65_535 }, ports));
    return [...open, { ...rule, protocol: icmp, from: -1, to: -1 }];
  }
  // EC2 tells of both by name, and takes their numbers too.
  if (!["tcp", "udp", "6", "17"].includes(rule.protocol)) return undefined;
  const span = rule.from === -1 ? { ...rule, from: 0, to: 65_535 } : rule;
  return ports.some((port) => span.from <= port && port <= span.to) ? around(span, ports) : undefined;
}

function around(rule: Rule, ports: readonly number[]): readonly Rule[] {
  const parts: Rule[] = [];
  let from = rule.from;
  for (const port of [...ports].sort((one, other) => one - other)) {
    if (port < from || port > rule.to) continue;
    if (from < port) parts.push({ ...rule, from, to: port - 1 });
    from = port + 1;
  }
  if (from <= rule.to) parts.push({ ...rule, from });
  return parts;
}
