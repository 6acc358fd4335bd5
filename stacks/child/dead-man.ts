import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { machineNow, switchTimes } from "../lease-switch.ts";

/** The keeper's sleep does not count a suspend of the machine, so it looks at the clock at least this often. */
const LOOK_MS = 250;

/**
 * Keeps the time (`machineNow`): sleeps until the moment that stands in the shared cell, or until that is changed, and kills the process when
 * the moment has come. As text, because a thread that has to strip types first takes 12 MB and 60 ms of CPU more.
 */
const KEEPER = `
const { workerData: cell } = require("node:worker_threads");
const { uptime } = require("node:os");
const sinceBoot = process.platform === "linux";
let ahead = sinceBoot ? -Infinity : 0;
for (;;) {
  const at = Atomics.load(cell, 0);
  const monotonic = Number(process.hrtime.bigint() / 1000n) / 1000;
  if (sinceBoot) ahead = Math.max(ahead, uptime() * 1000 - monotonic);
  const left = Number(at) / 1e6 - monotonic - ahead;
  if (at !== 0n && left <= 0) process.kill(process.pid, "SIGKILL");
  Atomics.wait(cell, 0, at, at === 0n ? Infinity : Math.min(Math.max(left, 1), ${LOOK_MS}));
}
`;

/**
 * The dead man's switch of a run child. While a run is under a lease the service says again and again how long that holds;
 * when it stops saying so, because it died, was stopped or lost the database, `onInterrupt` is called in time to finish what
 * is in flight, and this process is killed before the lease has run out. Its guardian takes the rest of the session along.
 */
export class DeadMan {
  /** Nanoseconds of the machine's clock at which to kill; 0: never. Shared with the thread that keeps the time. */
  readonly #killAt = new BigInt64Array(new SharedArrayBuffer(8));
  #keeper: Worker | undefined;
  #length = 0;
  #interrupt: AbortController | undefined;

  /** Sets the switch: the lease holds until `until`, in milliseconds of the machine's clock. */
  hold(until: number, onInterrupt: () => void): void {
    // A thread of its own: this one may be busy with the program for seconds, on a machine that is short of CPU.
    this.#keeper ??= this.#start();
    this.#length = Math.max(this.#length, until - machineNow());
    const { interruptAt, killAt } = switchTimes(until, this.#length);
    this.#set(BigInt(Math.round(killAt * 1e6)));
    this.#interrupt?.abort();
    this.#interrupt = new AbortController();
    const { signal } = this.#interrupt;
    void delay(Math.max(0, interruptAt - machineNow()), undefined, { signal })
      // After a while without CPU the timer comes before the renewal that has been waiting to be read.
      .then(() => nextTurn(undefined, { signal }))
      .then(onInterrupt, () => undefined);
  }

  /** The run has ended: nothing is to be killed any more. */
  release(): void {
    this.#interrupt?.abort();
    this.#length = 0;
    this.#set(0n);
  }

  #set(at: bigint): void {
    Atomics.store(this.#killAt, 0, at);
    Atomics.notify(this.#killAt, 0);
  }

  #start(): Worker {
    const keeper = new Worker(KEEPER, { eval: true, workerData: this.#killAt });
    keeper.unref();
    // Without it nothing is sure to end the run in time.
    keeper.on("error", () => process.kill(process.pid, "SIGKILL"));
    return keeper;
  }
}
