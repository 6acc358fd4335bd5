/** A source of randomness that a seed repeats. What the machine does meanwhile it can't repeat, but what is asked of it. */
export interface Random {
  readonly seed: number;
  /** From 0 to below 1. */
  next(): number;
  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number;
  pick<Item>(from: readonly Item[]): Item;
  shuffled<Item>(items: readonly Item[]): Item[];
  /** A source of its own, so that the parts of a test don't disturb each other's sequence. */
  branch(name: string): Random;
}

/** mulberry32: 32 bits of state, which is plenty for choosing whom to kill. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return {
    seed,
    next,
    between,
    pick<Item>(from: readonly Item[]): Item {
      if (from.length === 0) throw new Error("picking from nothing");
      return from[between(0, from.length - 1)] as Item;
    },
    shuffled<Item>(items: readonly Item[]): Item[] {
      const rest = [...items];
      return items.map(() => rest.splice(between(0, rest.length - 1), 1)[0] as Item);
    },
    branch(name) {
      let hash = seed >>> 0;
      for (const character of name) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) >>> 0;
      return createRandom(hash);
    },
  };
}
