import { setTimeout as delay } from "node:timers/promises";
import { mayBegin } from "./memory.ts";
import { Slots } from "./slots.ts";

export interface AdmissionOptions {
  /** Runs at once. */
  readonly concurrency: number;
  /** Bytes that one run may take. */
  readonly runMemoryBytes: number;
  /** Bytes that are left. */
  readonly available: () => Promise<number>;
  /** Gives up memory that nobody needs now; false when there is none. */
  readonly relieve: () => Promise<boolean>;
}

/** A run that was let in. */
export interface Admitted {
  /** How many bytes it has taken so far. */
  taken: () => Promise<number>;
  /** Makes room for the next. Safe to call twice. */
  leave(): void;
}

/** How often memory is looked at while a run waits for it. */
const LOOK_MS = 250;
const MEGABYTE = 1024 ** 2;

/** Lets runs begin, in the order of asking: where a place is free, and memory for it. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #slots: Slots;
  readonly #working = new Set<Admitted>();
  /** Settles when whoever asked last has been let in or has left. */
  #last: Promise<void> = Promise.resolve();

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#slots = new Slots(options.concurrency);
  }

  /** Resolves when the run may begin; to undefined when `signal` aborts first. `tell` is called once for each thing that it waits for. */
  async enter(signal: AbortSignal, tell: (message: string) => void): Promise<Admitted | undefined> {
    if (this.#slots.full) tell(`waiting for one of the ${this.#options.concurrency} places for runs`);
    const release = await this.#slots.take(signal);
    if (release === undefined) return undefined;
    const before = this.#last;
    const turn = Promise.withResolvers<void>();
    this.#last = turn.promise;
    let isIn = false;
    try {
      await unlessAborted(before, signal);
      if (!(await this.#memory(signal, tell))) return undefined;
      isIn = true;
      const admitted: Admitted = {
        taken: async () => 0,
        leave: () => {
          this.#working.delete(admitted);
          release();
        },
      };
      this.#working.add(admitted);
      return admitted;
    } finally {
      if (!isIn) release();
      void before.then(turn.resolve);
    }
  }

  async #memory(signal: AbortSignal, tell: (message: string) => void): Promise<boolean> {
    const { runMemoryBytes: perRun } = this.#options;
    for (let told = false; !signal.aborted; ) {
      const taken = await Promise.all([...this.#working].map((run) => run.taken()));
      const available = await this.#options.available();
      if (mayBegin({ available, perRun, taken })) return true;
      if (await this.#options.relieve()) continue;
      const [need, have] = [perRun, available].map((bytes) => Math.round(bytes / MEGABYTE));
      if (!told) tell(`waiting for memory: a run may take ${need} MB, and ${have} MB are left for all that work`);
      told = true;
      await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
    return false;
  }
}

/** Resolves when `turn` does, or when `signal` aborts: a run that is cancelled does not wait for those before it. */
async function unlessAborted(turn: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<void>();
  const abort = (): void => aborted.resolve();
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  await Promise.race([turn, aborted.promise]);
  signal.removeEventListener("abort", abort);
}
