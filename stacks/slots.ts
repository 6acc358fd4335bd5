/** A fixed number of places, given out in the order of asking. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Whether the next to ask has to wait. */
  get full(): boolean {
    return this.#free === 0;
  }

  /** Resolves, when a place is free, to the function that gives it back; to undefined when `signal` aborts first. */
  async take(signal: AbortSignal): Promise<(() => void) | undefined> {
    if (signal.aborted) return undefined;
    if (this.#free > 0) {
      this.#free--;
      return this.#release();
    }
    const turn = Promise.withResolvers<boolean>();
    const enter = (): void => turn.resolve(true);
    const leave = (): void => {
      const index = this.#waiting.indexOf(enter);
      if (index >= 0) this.#waiting.splice(index, 1);
      turn.resolve(false);
    };
    this.#waiting.push(enter);
    signal.addEventListener("abort", leave, { once: true });
    const entered = await turn.promise;
    signal.removeEventListener("abort", leave);
    return entered ? this.#release() : undefined;
  }

  #release(): () => void {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    };
  }
}
