// Sends reads at a fixed rate, whatever the answers take (an open loop), and prints how long each took from the moment at
// which it was due: a server that stalls is charged for all that waited. usage: reads-process.ts <JSON of a ReadOrder>
import { writeFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** What to send where. The token comes by environment. */
export interface ReadOrder {
  readonly url: string;
  readonly paths: readonly string[];
  readonly perSecond: number;
  readonly seconds: number;
  /** Before them, at the same rate; only errors count then: the connections are opened, and code is compiled. */
  readonly warmUpSeconds: number;
}

/** Milliseconds of the answers with status 200, and how many were none. */
export interface ReadAnswers {
  readonly milliseconds: readonly number[];
  readonly errors: number;
}

/**
 * The clients of a service sit at other machines: here, this process must not wait for a core that runs have, or its own delay
 * would count as the service's. Within its session (sched(7), autogroup); only root may.
 */
try {
  writeFileSync("/proc/self/autogroup", "-15");
} catch {
  // It waits, then, and the delays are greater than the service's.
}

const { url, paths, perSecond, seconds, warmUpSeconds } = JSON.parse(process.argv[2] ?? "{}") as ReadOrder;
const headers = { authorization: `Bearer ${process.env.BENCH_TOKEN}` };
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const milliseconds: number[] = [];
let errors = 0;

function read(path: string, due: number, counts: boolean): Promise<void> {
  return new Promise((resolve) => {
    const request = get(`${url}${path}`, { agent, headers }, (response) => {
      response.resume();
      response.once("end", () => {
        if (response.statusCode !== 200) errors++;
        else if (counts) milliseconds.push(performance.now() - due);
        resolve();
      });
    });
    request.once("error", () => {
      errors++;
      resolve();
    });
  });
}

const begun = performance.now();
const reads: Promise<void>[] = [];
const warmUp = perSecond * warmUpSeconds;
for (let number = 0; number < warmUp + perSecond * seconds; number++) {
  const due = begun + (number * 1000) / perSecond;
  const early = due - performance.now();
  if (early > 1) await sleep(early);
  reads.push(read(paths[number % paths.length] ?? "/", due, number >= warmUp));
}
await Promise.all(reads);
agent.destroy();
process.stdout.write(JSON.stringify({ milliseconds, errors } satisfies ReadAnswers));
