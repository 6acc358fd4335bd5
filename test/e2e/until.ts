const LIMIT_MS = 300_000;

/** Asks every so many milliseconds until the answer is true. Throws after five minutes, which only a broken thing reaches. */
export async function until(what: string, ask: () => Promise<boolean>, every = 100): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  while (!(await ask())) {
    if (Date.now() > deadline) throw new Error(`waiting for ${what}: it did not come`);
    await new Promise((settle) => setTimeout(settle, every));
  }
}
