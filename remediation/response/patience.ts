/** Tries beside the SDK's own. */
const TRIES = 7;

/** How to wait, and how to choose a number from 0 to 1. */
export interface Patience {
  wait(milliseconds: number): Promise<void>;
  random(): number;
}

export const PATIENT: Patience = {
  wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  random: Math.random,
};

/**
 * The answer of a call that is tried again where its error passes by itself: seven times, and then its error. It waits a random part of `firstWait`
 * milliseconds, doubled with each try, so that those who met don't meet again.
 */
export async function patiently<Answer>(
  { wait, random }: Patience,
  firstWait: number,
  isPassing: (error: unknown) => boolean,
  call: () => Promise<Answer>,
): Promise<Answer> {
  for (let tried = 1; ; tried++) {
    try {
      return await call();
    } catch (error) {
      if (tried >= TRIES || !isPassing(error)) throw error;
      await wait(random() * firstWait * 2 ** (tried - 1));
    }
  }
}
