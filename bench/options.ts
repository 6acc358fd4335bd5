import { SIDES, type SideName } from "./cases.ts";

export const PARTS = ["alone", "deployments", "reads", "recovery", "response"] as const;
export type PartName = (typeof PARTS)[number];

export interface Options {
  /** Baseline stacks per side. */
  readonly accounts: number;
  readonly parts: readonly PartName[];
  readonly sides: readonly SideName[];
  /** Findings of the storm. */
  readonly findings: number;
  /** Leaves the folder with logs and states. */
  readonly keep: boolean;
}

/** The document is written by a run of everything on this many stacks or more. */
export const FULL = 20;
/** And with a storm of so many findings. */
export const STORM = 20_000;
/** A run for development has so many. */
const BREEZE = 500;

/**
 * Reads what `make bench ACCOUNTS=.. FINDINGS=.. ONLY=.. SIDES=..` was given. Throws an `Error` that says what is allowed.
 */
export function readOptions(environment: Readonly<Record<string, string | undefined>>): Options {
  const accounts = Number(environment.ACCOUNTS || FULL);
  if (!Number.isInteger(accounts) || accounts < 4 || accounts > 100) {
    throw new Error(`ACCOUNTS=${environment.ACCOUNTS}: must be a whole number from 4 to 100`);
  }
  const findings = Number(environment.FINDINGS || (accounts >= FULL ? STORM : BREEZE));
  if (!Number.isInteger(findings) || findings < 100 || findings > STORM) {
    throw new Error(`FINDINGS=${environment.FINDINGS}: must be a whole number from 100 to ${STORM}`);
  }
  return {
    accounts,
    findings,
    parts: chosen("ONLY", environment.ONLY, PARTS),
    sides: chosen("SIDES", environment.SIDES, SIDES),
    keep: environment.KEEP === "1",
  };
}

/** Whether a run measures all that the document reports. */
export function isFull({ accounts, findings, parts, sides }: Options): boolean {
  return accounts >= FULL && findings >= STORM && parts.length === PARTS.length && sides.length === SIDES.length;
}

function chosen<Name extends string>(variable: string, given: string | undefined, all: readonly Name[]): Name[] {
  if (!given) return [...all];
  const names = given.split(",");
  const wrong = names.find((name) => !all.some((one) => one === name));
  if (wrong !== undefined) throw new Error(`${variable}=${given}: ${wrong} is none of ${all.join(", ")}`);
  return all.filter((name) => names.includes(name));
}
