/** The answer of a call, or null where AWS answers by one of `names` (an error's name, as the SDK has it) that there is none. */
export async function orNull<Answer>(call: Promise<Answer>, ...names: readonly string[]): Promise<Answer | null> {
  try {
    return await call;
  } catch (error) {
    if (isNamed(error, ...names)) return null;
    throw error;
  }
}

/** Whether an error is one of AWS by one of these names. */
export function isNamed(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}
