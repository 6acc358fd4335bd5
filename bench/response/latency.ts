import { SecurityHub } from "@aws-sdk/client-securityhub";
import { percentile } from "../arithmetic.ts";
import { ACCOUNTS, type Installation, REGION } from "./installation.ts";
import { type Kind, stormFinding } from "./storm.ts";

/** Milliseconds from one finding to the next, so that a channel hears of one in three seconds; and for which the last one is waited for. */
const APART = 1000;
const LONGEST = 120_000;
const LOOK = 5;

/** Milliseconds from the import of a finding in its account to the message in Slack. */
export interface Latency {
  readonly way: string;
  readonly findings: number;
  /** That never came. */
  readonly missing: number;
  readonly p50: number;
  readonly p99: number;
}

/** The two ways to Slack: of grave findings as they come, and of what the responder says of a finding that is not grave. */
const WAYS: readonly {
  readonly way: string;
  readonly name: string;
  readonly kind: Kind;
  readonly label: "HIGH" | "MEDIUM";
}[] = [
  { way: "as it comes: event, topic, Slack's function", name: "latency-raw", kind: "alarm", label: "HIGH" },
  { way: "by the responder, which looks and asks", name: "latency-asked", kind: "bucket", label: "MEDIUM" },
];

/** Imports findings one by one in members, and sees when Slack has the message of each. The policy asks of buckets. */
export async function measureLatency(installation: Installation, count: number): Promise<readonly Latency[]> {
  await installation.setPolicy({ modes: { "s3-public-access-block": "ask" } });
  const found: Latency[] = [];
  for (const way of WAYS) found.push(await measure(installation, way, count));
  return found;
}

async function measure(
  { slack, root }: Installation,
  { way, name, kind, label }: (typeof WAYS)[number],
  count: number,
): Promise<Latency> {
  const hubs = new Map(ACCOUNTS.map((account) => [account as string, new SecurityHub(root(account))]));
  const sent = new Map<string, number>();
  const took = new Map<string, number>();
  let read = slack.messages.length;
  const look = setInterval(() => {
    const at = performance.now();
    for (; read < slack.messages.length; read++) {
      const { text = "", blocks } = slack.messages[read] ?? {};
      const id = new RegExp(`${name}-\\d+\\.`).exec(`${text} ${JSON.stringify(blocks)}`)?.[0];
      const begun = id === undefined ? undefined : sent.get(id);
      if (id !== undefined && begun !== undefined && !took.has(id)) took.set(id, at - begun);
    }
  }, LOOK);
  try {
    for (let number = 0; number < count; number++) {
      const at = new Date().toISOString();
      const made = stormFinding({ accounts: ACCOUNTS, region: REGION, at, name }, number, kind);
      const finding = { ...made, Severity: { Label: label } };
      const begun = performance.now();
      sent.set(`${made.Id}.`, begun);
      await hubs.get(made.AwsAccountId ?? "")?.batchImportFindings({ Findings: [finding] });
      await new Promise((settle) => setTimeout(settle, Math.max(0, begun + APART - performance.now())));
    }
    for (const end = performance.now() + LONGEST; took.size < count && performance.now() < end; ) {
      await new Promise((settle) => setTimeout(settle, LOOK));
    }
  } finally {
    clearInterval(look);
    for (const hub of hubs.values()) hub.destroy();
  }
  const all = [...took.values()];
  return { way, findings: count, missing: count - took.size, p50: percentile(all, 0.5), p99: percentile(all, 0.99) };
}
