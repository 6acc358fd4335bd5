import type { Options } from "../options.ts";
import { FULL } from "../options.ts";
import type { Installation } from "./installation.ts";
import { type Latency, measureLatency } from "./latency.ts";
import { measureStarts, type Start } from "./starts.ts";
import { measureStorm, type Storm } from "./storm-run.ts";
import { measureThroughput, type Throughput } from "./throughput.ts";

/** Findings in a run of everything, and in one for development. */
const MEASURED = { latency: [100, 10], throughput: [400, 40] } as const;

/** What was measured of the response. */
export interface ResponseMeasured {
  readonly starts: readonly Start[];
  readonly latencies: readonly Latency[];
  readonly throughputs: readonly Throughput[];
  readonly storm: Storm;
}

/** Measures the response where it is deployed. The storm comes before the throughput, whose changes would fill its caps. */
export async function measureResponse(
  installation: Installation,
  { accounts, findings }: Options,
  say: (line: string) => void,
): Promise<ResponseMeasured> {
  const which = accounts >= FULL ? 0 : 1;
  const starts = await measureStarts(installation);
  for (const { name, first, warm } of starts) {
    // Forwarders that are not configured here are not deployed.
    if (!Number.isNaN(first)) say(`response: ${name} ${first.toFixed(0)} ms, warm ${warm.toFixed(1)}`);
  }
  const latencies = await measureLatency(installation, MEASURED.latency[which]);
  for (const { way, p50, p99, missing } of latencies) {
    say(`response: ${way}: p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, ${missing} missing`);
  }
  await installation.feed("slack", false);
  await installation.setRules("off");
  const storm = await measureStorm(installation, findings);
  say(`response: a storm of ${storm.findings} was over after ${storm.doneSeconds.toFixed(0)} s`);
  await installation.setRules("off");
  const throughputs = await measureThroughput(installation, MEASURED.throughput[which]);
  for (const { what, perSecond } of throughputs) say(`response: ${what}: ${perSecond.toFixed(1)} findings/s`);
  return { starts, latencies, throughputs, storm };
}
