/** Does all, one after the other, and throws what failed when all were tried: what fails keeps nothing else from being done. */
export async function each(...steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => failures.push(error));
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) {
    const told = failures.map((one) => (one instanceof Error ? `${one.name}: ${one.message}` : String(one)));
    throw new AggregateError(failures, told.join("; "));
  }
}
