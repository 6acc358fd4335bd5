import { createHash } from "node:crypto";

/** One statement of an IAM policy, in IAM's own JSON. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | Readonly<Record<string, string | readonly string[]>>;
  readonly Action?: readonly string[];
  readonly NotAction?: readonly string[];
  readonly Resource?: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** Makes a policy document of statements. */
export function policyDocument(...statements: readonly Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

/** A policy that stands by itself in an account. IAM takes 6,144 characters, white space not counted. */
export interface ManagedPolicy {
  readonly policyName: string;
  readonly document: PolicyDocument;
}

/**
 * The same with fewer characters, of which IAM takes only so many: what is allowed on the same resources under the same condition becomes
 * one statement, under the name of the first.
 */
export function condensed(statements: readonly Statement[]): readonly Statement[] {
  const byTerms = new Map<string, Statement>();
  for (const statement of statements) {
    const { Sid, Action = [], ...terms } = statement;
    const key = JSON.stringify(terms);
    const before = byTerms.get(key);
    const Actions = [...new Set([...(before?.Action ?? []), ...Action])];
    byTerms.set(key, before === undefined ? statement : { ...before, Action: Actions });
  }
  return [...byTerms.values()];
}

/** A role as it should be: the shape that the bootstrap writes to IAM. */
export interface RoleDocuments {
  readonly roleName: string;
  readonly description: string;
  readonly trust: PolicyDocument;
  /** Inline policies by name. IAM takes 10,240 characters for all of them together, white space not counted. */
  readonly policies: Readonly<Record<string, PolicyDocument>>;
  readonly boundary?: ManagedPolicy;
  /** The boundaries of roles that this one makes. It can't change them. */
  readonly boundariesOfOthers?: readonly ManagedPolicy[];
  /** Changes when any of the documents does. */
  readonly version: string;
}

/** Adds the version to a role's documents. */
export function versioned(role: Omit<RoleDocuments, "version">): RoleDocuments {
  const version = createHash("sha256").update(JSON.stringify(role)).digest("hex").slice(0, 16);
  return { ...role, version };
}
