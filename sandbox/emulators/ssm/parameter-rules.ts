import type { ParameterTier, PutParameterRequest } from "@aws-sdk/client-ssm";
import { AwsError } from "../../gateway/emulator.ts";
import { invalid } from "./state.ts";

/** Levels of a name, and its characters (API reference, PutParameter). */
const MOST_LEVELS = 15;
const MOST_CHARACTERS = 1011;

/** Characters of a value by tier (Systems Manager quotas). */
const MOST_OF_VALUE: Readonly<Record<ParameterTier, number>> = {
  Standard: 4096,
  Advanced: 8192,
  "Intelligent-Tiering": 8192,
};

/** Throws what AWS answers for names that it does not take. */
export function checkParameterName(name: string): void {
  if (!/^[A-Za-z0-9_.\-/]+$/.test(name)) {
    throw invalid(
      'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
    );
  }
  if (/^\/?(aws|ssm)/i.test(name)) {
    throw invalid(`Parameter name: can't be prefixed with "aws" or "ssm" (case-insensitive): ${name}`);
  }
  if (name.includes("/") && !name.startsWith("/"))
    throw invalid(`Parameter name must be a fully qualified name: ${name}`);
  if (name.length > MOST_CHARACTERS) throw invalid(`Parameter name is longer than ${MOST_CHARACTERS} characters.`);
  if (name.split("/").length - 1 > MOST_LEVELS) {
    throw new AwsError(
      "HierarchyLevelLimitExceededException",
      `A hierarchy can have a maximum of ${MOST_LEVELS} levels.`,
    );
  }
}

/** What only a parameter that is not there yet needs. */
export function checkNewParameter({ Type }: PutParameterRequest): void {
  if (Type === undefined) throw invalid("A parameter type is required when you create a parameter.");
}

export function checkParameterValue(
  value: string,
  { tier, allowedPattern }: { readonly tier: ParameterTier; readonly allowedPattern: string | undefined },
): void {
  const most = MOST_OF_VALUE[tier];
  if (value.length > most)
    throw invalid(`${tier} tier parameters support a maximum parameter value of ${most} characters.`);
  if (allowedPattern === undefined) return;
  let pattern: RegExp;
  try {
    pattern = new RegExp(allowedPattern);
  } catch {
    throw new AwsError("InvalidAllowedPatternException", `The pattern ${allowedPattern} is no regular expression.`);
  }
  if (!pattern.test(value)) {
    throw new AwsError(
      "ParameterPatternMismatchException",
      `Parameter value, can't match pattern [${allowedPattern}].`,
    );
  }
}
