/** Whether a text is what a pattern says, as a whole, in which `*` stands for any text and `?` for any one character (IAM's wildcards). */
export function matchesPattern(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, "[^]*")
    .replaceAll("?", "[^]");
  return new RegExp(`^${source}$`).test(text);
}

/**
 * Whether an ARN is among those that nothing touches. A role or user is known by its name too, without its path: a name is there once in an
 * account, whatever its path (IAM User Guide, "IAM identifiers").
 */
export function isUntouchable(arn: string, untouchable: readonly string[]): boolean {
  const named = arn.replace(/^(arn:[^:]+:iam::\d{12}:(?:role|user)\/).*\//, "$1");
  return untouchable.some((pattern) => matchesPattern(pattern, arn) || matchesPattern(pattern, named));
}
