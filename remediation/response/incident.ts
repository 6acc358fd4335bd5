import { createHash } from "node:crypto";
import type { AsffFinding } from "./finding.ts";

/** What a finding says of an incident, for lists: as the last one has it. */
export interface Headline {
  readonly account: string;
  readonly region: string;
  readonly severity: AsffFinding["Severity"]["Label"];
  readonly title: string;
  /** The first of its resources. */
  readonly resource: { readonly type: string; readonly id: string };
  /** Security Hub's control; null where no control found it. */
  readonly control: string | null;
}

/** What findings are about, each once, however often and from wherever it comes. */
export interface Incident {
  /** Of 32 hexadecimal digits; the key in the ledger, and what a note says. */
  readonly id: string;
  /** The account, region, resources and cause that the id stands for, as JSON: no text in a finding can pass for another. */
  readonly key: string;
  /** The control, the vulnerabilities or the types, in words. */
  readonly cause: string;
  readonly headline: Headline;
}

/**
 * The incident that a finding belongs to: account, region, resources, and the control, the vulnerabilities or the types; where it has none of
 * these, what generated it. Which product, standard or event feed told of it makes no difference: a finding keeps its account and
 * region in an aggregation region and in the administrator's feed (Security Hub User Guide, "Understanding cross-Region aggregation").
 */
export function incidentOf(finding: AsffFinding): Incident {
  const { AwsAccountId, Region, Types, Resources, Compliance, Vulnerabilities, GeneratorId } = finding;
  // What IAM has is checked in each region that records global resources, and is the same everywhere.
  const global = Resources.every(({ Type }) => Type.startsWith("AwsIam"));
  const causes: readonly (readonly [string, readonly string[]])[] = [
    ["control", Compliance?.SecurityControlId === undefined ? [] : [Compliance.SecurityControlId]],
    ["vulnerability", Vulnerabilities.map(({ Id }) => Id)],
    ["type", Types],
    ["generator", [GeneratorId]],
  ];
  const [kind, names] = causes.find(([, some]) => some.length > 0) ?? ["generator", [GeneratorId]];
  const sorted = once(names);
  const resources = once(Resources.map(({ Type, Id }) => JSON.stringify([Type, Id])));
  const key = JSON.stringify([AwsAccountId, global ? "global" : Region, resources, kind, sorted]);
  return {
    id: createHash("sha256").update(key).digest("hex").slice(0, 32),
    key,
    cause: sorted.join(", "),
    headline: headlineOf(finding),
  };
}

/** What a finding says of its incident. Pure. */
export function headlineOf({ AwsAccountId, Region, Severity, Title, Resources, Compliance }: AsffFinding): Headline {
  const [{ Type = "", Id = "" } = {}] = Resources;
  return {
    account: AwsAccountId,
    region: Region,
    severity: Severity.Label,
    title: Title,
    resource: { type: Type, id: Id },
    control: Compliance?.SecurityControlId ?? null,
  };
}

const once = (names: readonly string[]) => [...new Set(names)].sort();
