import type { Decision, Facts } from "./remediation.ts";

/**
 * Whether an ARN is one of a pattern, in which `*` stands for any text, none too, across colons and slashes; every other character stands for
 * itself, as in the ARNs of IAM policies but for `?`. Takes time linear in the lengths of both, whatever they are.
 */
export function matchesArnPattern(pattern: string, arn: string): boolean {
  const [first = "", ...parts] = pattern.split("*");
  const last = parts.pop();
  if (last === undefined) return arn === first;
  const end = arn.length - last.length;
  let at = first.length;
  if (end < at || !arn.startsWith(first) || !arn.endsWith(last)) return false;
  // What is between may as well be where it comes first: that leaves most for what follows.
  for (const part of parts) {
    at = endOf(part, arn, at, end);
    if (at < 0) return false;
  }
  return true;
}

/** Where the first occurrence of `part` in `text` between two positions ends; -1 where there is none. By Knuth, Morris and Pratt. */
function endOf(part: string, text: string, from: number, to: number): number {
  if (part === "") return from;
  const borders = bordersOf(part);
  let matched = 0;
  for (let at = from; at < to; at += 1) {
    while (matched > 0 && part[matched] !== text[at]) matched = borders[matched - 1] ?? 0;
    if (part[matched] === text[at]) matched += 1;
    if (matched === part.length) return at + 1;
  }
  return -1;
}

/** For each beginning of a text, the length of the longest shorter one that it ends in. */
function bordersOf(text: string): readonly number[] {
  const borders = [0];
  let length = 0;
  for (let at = 1; at < text.length; at += 1) {
    while (length > 0 && text[length] !== text[at]) length = borders[length - 1] ?? 0;
    if (text[length] === text[at]) length += 1;
    borders.push(length);
  }
  return borders;
}

/** The refusal to touch a role or a user that the settings name as untouchable; undefined where they don't. */
export function untouchable(
  arn: string,
  facts: Pick<Facts, "untouchable">,
): Extract<Decision<never>, { kind: "refuse" }> | undefined {
  const pattern = facts.untouchable.find((one) => matchesArnPattern(one, arn));
  if (pattern === undefined) return undefined;
  return { kind: "refuse", why: `${arn} is untouchable by the pattern ${pattern}; see to it by hand` };
}
