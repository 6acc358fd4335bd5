/**
 * A parameter of an SSM document, as the document declares it. Systems Manager writes a parameter's value into the text of a script
 * before a shell reads it (Systems Manager User Guide, "Data elements and parameters"), so each one is restricted: by values, or
 * by a pattern that lets through nothing that a shell, SSM's own braces or a second line could make something of.
 */
export interface DocumentParameter {
  readonly type: "String";
  readonly description: string;
  readonly default?: string;
  readonly allowedPattern?: string;
  readonly allowedValues?: readonly string[];
}

/**
 * The agent on the host compiles every pattern of a document before it runs a step, with Go's regexp, which knows neither lookaround nor
 * backreferences nor counts above 1000 (regexp/syntax): one such pattern, and no step runs at all.
 */
const MOST_REPEATS = 1000;
const UNKNOWN_TO_GO = /\(\?[=!<]|\\[1-9]/;

/** One of a few values. */
export function oneOf(description: string, allowedValues: readonly string[], fallback: string): DocumentParameter {
  return { type: "String", description, default: fallback, allowedValues };
}

/** Text that a pattern restricts, which must be anchored on both sides. */
export function matching(description: string, allowedPattern: string, fallback?: string): DocumentParameter {
  return { type: "String", description, ...(fallback !== undefined && { default: fallback }), allowedPattern };
}

/** A whole number from 1, of at most five digits; the script checks its bounds. */
export function wholeNumber(description: string, fallback: number): DocumentParameter {
  return matching(description, "^[1-9][0-9]{0,4}$", String(fallback));
}

/** Absolute paths, separated by commas, of at most 1000 characters in all; may be empty. */
export function paths(description: string, fallback: string): DocumentParameter {
  return matching(description, `^[A-Za-z0-9/._@+,-]{0,${MOST_REPEATS}}$`, fallback);
}

/** What keeps a parameter from being safe; undefined if it is. A default that the document itself would refuse counts, too. */
export function unsafe(parameter: DocumentParameter): string | undefined {
  const { allowedPattern: pattern, allowedValues: values, default: fallback } = parameter;
  if (pattern === undefined && values === undefined) return "is not restricted by values or a pattern";
  if (values?.some((value) => !/^[\w./-]*$/.test(value))) return "allows a value with special characters";
  if (pattern !== undefined && !/^\^.*\$$/.test(pattern)) return "has a pattern that is not anchored on both sides";
  if (pattern !== undefined && UNKNOWN_TO_GO.test(pattern)) return "has a pattern that the SSM agent can't compile";
  if (pattern !== undefined && repeats(pattern) > MOST_REPEATS) {
    return `has a pattern that repeats more than ${MOST_REPEATS} times, which the SSM agent can't compile`;
  }
  if (fallback !== undefined && !accepts(parameter, fallback)) return `has the default "${fallback}", which it refuses`;
  return undefined;
}

/** The greatest count of a pattern's repetitions. */
function repeats(pattern: string): number {
  return Math.max(
    0,
    ...[...pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].flatMap(([, least, most]) => [Number(least), Number(most ?? 0)]),
  );
}

/** Whether a document takes a value for a parameter, as Systems Manager decides it before it sends a command. */
export function accepts({ allowedPattern, allowedValues }: DocumentParameter, value: string): boolean {
  return (
    (allowedPattern === undefined || new RegExp(allowedPattern).test(value)) &&
    (allowedValues === undefined || allowedValues.includes(value))
  );
}
