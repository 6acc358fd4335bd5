import { type Access, isAuthorized, limitOf } from "./policy-conditions.ts";
import {
  type Fields,
  isFields,
  isList,
  listOf,
  type PolicyDocument,
  policyDocument,
  statementsOf,
} from "./policy-document.ts";
import type { Kept } from "./remediation.ts";
import { matchesPattern } from "./text-pattern.ts";

/** What comes of a policy without its unauthorized principals. */
export type Narrowed =
  | { readonly kind: "same" }
  /** `null` where no statement is left. */
  | { readonly kind: "narrowed"; readonly policy: PolicyDocument | null; readonly removed: readonly string[] }
  | { readonly kind: "refuse"; readonly why: string };

/** A policy says something that a machine must not judge; a person reads why. */
class Undecided extends Error {}

/**
 * A resource's or role's policy without the principals of accounts that may not have access, and otherwise as it was. Only `Allow` statements
 * lose principals; one that is left without any goes. `*` stays where a condition limits it to accounts that may, or to the organization. What has no
 * account stays: services, web identity providers, CloudFront's identities, and ids of deleted principals, which nobody can use any more (IAM
 * User Guide, "AWS JSON policy elements: Principal").
 *
 * @param document JSON text, or as parsed
 * @param administration an action (`kms:PutKeyPolicy`) without which the own account could no longer administer the resource: where no
 *   statement would be left that lets it, the change is refused. None for resources that their account administers whatever the policy says
 */
export function withoutUnauthorized(document: string | Fields, access: Access, administration?: string): Narrowed {
  const policy = policyDocument(document);
  if (policy === undefined) return { kind: "refuse", why: "the policy is no policy document; set it by hand" };
  try {
    const removed: string[] = [];
    const left = statementsOf(policy).flatMap((statement) => narrowed(statement, access, removed));
    if (removed.length === 0) return namesCanonicalUser(policy) ? CANONICAL_USER : { kind: "same" };
    if (administration !== undefined && !left.some((statement) => administers(statement, access.own, administration))) {
      const lost = `without ${removed.join(", ")} nothing in the policy would let account ${access.own} do ${administration}`;
      return { kind: "refuse", why: `${lost}: nobody could administer it; give the account's root that right first` };
    }
    if (left.length === 0) return { kind: "narrowed", policy: null, removed };
    const deleted = deletedPrincipal(left);
    if (deleted !== undefined) return { kind: "refuse", why: whyDeleted(deleted) };
    const Statement = isList(policy.Statement) ? left : (left[0] as Fields);
    return { kind: "narrowed", policy: { ...policy, Statement }, removed };
  } catch (error) {
    if (error instanceof Undecided) return { kind: "refuse", why: error.message };
    throw error;
  }
}

const CANONICAL_USER: Narrowed = {
  kind: "refuse",
  why: "the policy names canonical users, whose accounts it does not tell; judge them by hand",
};

const namesCanonicalUser = (policy: PolicyDocument): boolean =>
  statementsOf(policy).some(
    ({ Effect, Principal }) => Effect === "Allow" && isFields(Principal) && listOf(Principal.CanonicalUser).length > 0,
  );

/** The statement without its unauthorized principals, as a list of one or none. What goes is added to `removed`. */
function narrowed(statement: Fields, access: Access, removed: string[]): readonly Fields[] {
  const told = typeof statement.Sid === "string" ? `statement ${statement.Sid}` : "a statement";
  if (statement.Effect === "Deny") return [statement];
  if (statement.Effect !== "Allow") throw new Undecided(`${told} neither allows nor denies; set the policy by hand`);
  if (statement.NotPrincipal !== undefined) {
    throw new Undecided(`${told} allows everybody but those it names (NotPrincipal); say by hand whom it shall allow`);
  }
  const { Principal } = statement;
  const limit =
    statement.Condition === undefined || !isFields(statement.Condition) ? "none" : limitOf(statement.Condition, access);
  const stays = (kind: string, name: Kept): boolean => {
    if (typeof name !== "string")
      throw new Undecided(`${told} has a principal that is no text; set the policy by hand`);
    if (name === "*" && kind === "AWS") {
      if (limit === "network") {
        throw new Undecided(
          `${told} allows everybody in a network of somebody; say by hand which accounts it shall allow`,
        );
      }
      return limit === "accounts";
    }
    const account = accountOf(kind, name);
    if (account === undefined)
      throw new Undecided(`${told} has the principal ${name}, whose account can't be told; judge it by hand`);
    return account === NOBODYS || isAuthorized(account, access);
  };

  if (Principal === "*") {
    if (stays("AWS", "*")) return [statement];
    removed.push("*");
    return [];
  }
  if (!isFields(Principal)) throw new Undecided(`${told} has no principal; set the policy by hand`);
  const left: [string, Kept][] = [];
  let changed = false;
  for (const [kind, names] of Object.entries(Principal)) {
    const kept = listOf(names).filter((name) => stays(kind, name));
    const gone = listOf(names).filter((name) => !kept.includes(name));
    if (gone.length === 0) {
      left.push([kind, names]);
      continue;
    }
    changed = true;
    removed.push(...gone.map(String));
    if (kept.length > 0) left.push([kind, kept]);
  }
  if (!changed) return [statement];
  // Of a map without any name nothing would be left that AWS takes.
  return left.every(([, names]) => listOf(names).length === 0)
    ? []
    : [{ ...statement, Principal: Object.fromEntries(left) }];
}

/** What belongs to no account of a customer. */
const NOBODYS = "";
/** A root, role, user, or session of a role or federated user; an origin access identity of CloudFront has a word for its account. */
const PRINCIPAL_ARN = /^arn:[a-z0-9-]+:(?:iam|sts)::(\d{12}|cloudfront):[^*?]+$/;
/** AROA..., AIDA... and others of IAM (IAM User Guide, "IAM identifiers": unique identifiers). */
const UNIQUE_ID = /^A[A-Z0-9]{15,127}$/;

/**
 * An id that stands in a policy in place of a principal that was deleted: AWS takes no new policy that names one, and gives the old one back to nobody either (IAM
 * User Guide, "AWS JSON policy elements: Principal"; AWS re:Post, "Invalid principal in policy"). Undefined where there is none. Pure.
 */
export function deletedPrincipal(statements: readonly Fields[]): string | undefined {
  const named = statements.flatMap(({ Principal }) => (isFields(Principal) ? listOf(Principal.AWS) : []));
  return named.map(String).find((name) => UNIQUE_ID.test(name));
}

/** What a person is told of it. Pure. */
export const whyDeleted = (id: string): string =>
  `the policy names ${id}, a principal that was deleted, and AWS takes no policy that does: take it out by hand first`;

/** The account of a principal; `NOBODYS` for what has none; undefined where it can't be told. */
function accountOf(kind: string, name: string): string | undefined {
  if (kind === "Service" || kind === "CanonicalUser") return NOBODYS;
  const account = PRINCIPAL_ARN.exec(name)?.[1];
  if (account !== undefined) return account === "cloudfront" ? NOBODYS : account;
  if (kind === "AWS") return /^\d{12}$/.test(name) ? name : UNIQUE_ID.test(name) ? NOBODYS : undefined;
  // A web identity provider by its domain: "accounts.google.com".
  return kind === "Federated" && /^[a-z0-9.-]+$/.test(name) ? NOBODYS : undefined;
}

/** Whether a statement lets an account's root do something, whatever the circumstances. */
function administers(statement: Fields, own: string, action: string): boolean {
  const { Effect, Principal, Action, Condition } = statement;
  if (Effect !== "Allow" || Condition !== undefined || !isFields(Principal)) return false;
  const root = new RegExp(`^(?:arn:[a-z0-9-]+:iam::)?${own}(?::root)?$`);
  const lets = (pattern: Kept) => matchesPattern(String(pattern).toLowerCase(), action.toLowerCase());
  return listOf(Principal.AWS).some((name) => root.test(String(name))) && listOf(Action).some(lets);
}
