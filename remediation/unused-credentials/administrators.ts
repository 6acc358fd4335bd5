import type { Kept } from "../remediation.ts";

/** The inline policies of a user or a group, as texts, and the ARNs of its managed ones. */
export interface Permissions {
  readonly inline: readonly string[];
  readonly managed: readonly string[];
}

/** Who is who in an account, as GetAccountAuthorizationDetails answers. */
export interface Authorizations {
  readonly users: readonly (Permissions & {
    readonly name: string;
    readonly groups: readonly string[];
    readonly bounded: boolean;
  })[];
  readonly groups: ReadonlyMap<string, Permissions>;
  /** The texts of customer managed policies by ARN, in the version that holds. */
  readonly policies: ReadonlyMap<string, string>;
}

/** IAM User Guide, "AWS managed policies for job functions". */
const ADMINISTRATOR_ACCESS = /^arn:aws[a-z-]*:iam::aws:policy\/AdministratorAccess$/;
const FULL_ACCESS = JSON.stringify({ Statement: { Effect: "Allow", Action: "*", Resource: "*" } });

/**
 * The names of the users that are allowed everything. `perhaps` is everybody that some statement allows everything, whatever limits
 * that; `surely` leaves out those whom a condition, a permissions boundary or a denial of everything may limit. Rights that add up to the
 * same by single actions are not seen. Pure.
 */
export function administratorsOf(
  { users, groups, policies }: Authorizations,
  how: "perhaps" | "surely",
): readonly string[] {
  const textsOf = ({ inline, managed }: Permissions) => [
    ...inline,
    ...managed.flatMap((arn) => (ADMINISTRATOR_ACCESS.test(arn) ? [FULL_ACCESS] : (policies.get(arn) ?? []))),
  ];
  return users.flatMap((user) => {
    const texts = [user, ...user.groups.flatMap((name) => groups.get(name) ?? [])].flatMap(textsOf);
    const statements = texts.flatMap(statementsOf);
    const allowed = statements.some((one) => one.Effect === "Allow" && isOfAll(one, how === "perhaps"));
    const limited = user.bounded || statements.some((one) => one.Effect === "Deny" && isOfAll(one, true));
    return allowed && (how === "perhaps" || !limited) ? [user.name] : [];
  });
}

type Statement = Readonly<Record<string, Kept | undefined>>;

/** IAM User Guide, "IAM JSON policy elements: Statement": one or several. */
function statementsOf(text: string): readonly Statement[] {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    return [];
  }
  if (!isObject(policy)) return [];
  const statements: unknown = policy.Statement;
  return (Array.isArray(statements) ? statements : [statements]).filter(isObject);
}

function isObject(value: unknown): value is Statement {
  return typeof value === "object" && value !== null;
}

function isOfAll({ Action, Resource, Condition }: Statement, conditional: boolean): boolean {
  const holds = (value: Kept | undefined, ...all: readonly string[]) =>
    (Array.isArray(value) ? value : [value]).some((one) => typeof one === "string" && all.includes(one));
  return holds(Action, "*", "*:*") && holds(Resource, "*") && (conditional || Condition === undefined);
}
