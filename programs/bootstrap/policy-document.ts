import { createHash } from "node:crypto";
import { awsNames } from "../names.ts";

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

/**
 * Characters that IAM takes of all of a role's inline policies together, and of one managed policy, white space not counted (IAM User Guide,
 * "IAM and AWS STS quotas"), less some room.
 */
const INLINE_CHARACTERS = 10_000;
const MANAGED_CHARACTERS = 6_000;

/**
 * A role's rights as policies that IAM takes: one inline policy, and what has no room there in managed policies that are attached to the role.
 * With few regions and lists there are none of those. Each statement stays whole, so none may be longer than a managed policy.
 */
export function rolePolicies(
  roleName: string,
  statements: readonly Statement[],
): Pick<RoleDocuments, "policies" | "attached"> {
  const [inline = [], ...more] = divided(statements);
  const attached = more.map((part, index) => ({
    policyName: awsNames.rolePolicy(roleName, String(index + 1)),
    document: policyDocument(...part),
  }));
  return { policies: { Bulwark: policyDocument(...inline) }, ...(attached.length === 0 ? {} : { attached }) };
}

/** Each statement in the first part that has room for it; the first part is the inline policy. */
function divided(statements: readonly Statement[]): readonly (readonly Statement[])[] {
  const parts: Statement[][] = [[]];
  const size = (part: readonly Statement[]) => JSON.stringify(policyDocument(...part)).length;
  for (const statement of statements) {
    const room = parts.find(
      (part, index) => size([...part, statement]) <= (index === 0 ? INLINE_CHARACTERS : MANAGED_CHARACTERS),
    );
    if (room === undefined) parts.push([statement]);
    else room.push(statement);
  }
  return parts;
}

/** The values in parts of a few, so that a statement with each stays small. */
export function inParts<Value>(values: readonly Value[], most: number): readonly (readonly Value[])[] {
  return Array.from({ length: Math.ceil(values.length / most) }, (_, index) =>
    values.slice(index * most, (index + 1) * most),
  );
}

/** A role as it should be: the shape that the bootstrap writes to IAM. */
export interface RoleDocuments {
  readonly roleName: string;
  readonly description: string;
  readonly trust: PolicyDocument;
  /** Inline policies by name. IAM takes 10,240 characters for all of them together, white space not counted. */
  readonly policies: Readonly<Record<string, PolicyDocument>>;
  /** Managed policies that are attached to it: what has no room inline. It can't change them. */
  readonly attached?: readonly ManagedPolicy[];
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
