import type { Decision, Facts } from "./remediation.ts";

/**
 * Whether a text is what a pattern says, as a whole, in which `*` stands for any text, none too, and `?` for any one character (IAM's wildcards). No
 * regular expression is made of what others wrote: it takes time in proportion to the product of both lengths at most.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  let [at, next] = [0, 0];
  // After the last star so far: where the pattern goes on, and where the text does if the star takes one character more.
  let retry: { readonly pattern: number; text: number } | undefined;
  while (at < text.length) {
    const wanted = pattern[next];
    if (wanted === "*") {
      retry = { pattern: next + 1, text: at };
      next += 1;
    } else if (wanted === "?" || (wanted !== undefined && wanted === text[at])) {
      [at, next] = [at + 1, next + 1];
    } else if (retry !== undefined) {
      retry.text += 1;
      [at, next] = [retry.text, retry.pattern];
    } else {
      return false;
    }
  }
  while (pattern[next] === "*") next += 1;
  return next === pattern.length;
}

/**
 * Whether an ARN is among those that nothing touches. A role or user is known by its name too, without its path: a name is there once in an
 * account, whatever its path (IAM User Guide, "IAM identifiers").
 */
export function isUntouchable(arn: string, untouchable: readonly string[]): boolean {
  return patternOf(arn, untouchable) !== undefined;
}

/** The refusal to touch what the settings name as untouchable; undefined where they don't. */
export function refusalToTouch(
  arn: string,
  { untouchable }: Pick<Facts, "untouchable">,
): Extract<Decision<never>, { kind: "refuse" }> | undefined {
  const pattern = patternOf(arn, untouchable);
  if (pattern === undefined) return undefined;
  return { kind: "refuse", why: `${arn} is untouchable by the pattern ${pattern}; see to it by hand` };
}

function patternOf(arn: string, untouchable: readonly string[]): string | undefined {
  const named = arn.replace(/^(arn:[^:]+:iam::\d{12}:(?:role|user)\/).*\//, "$1");
  return untouchable.find((pattern) => matchesPattern(pattern, arn) || matchesPattern(pattern, named));
}
