/** What an AWS service asks of a resource that is not its own. Context keys are in lower case. */
export interface ServiceRequest {
  readonly service: string;
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

type OneOrMany = string | readonly string[];

interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: string | Readonly<Record<string, OneOrMany>>;
  readonly NotPrincipal?: string | Readonly<Record<string, OneOrMany>>;
  readonly Action?: OneOrMany;
  readonly NotAction?: OneOrMany;
  readonly Resource?: OneOrMany;
  readonly NotResource?: OneOrMany;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMany | boolean>>>>;
}

/**
 * Whether a resource's policy lets an AWS service in: some statement allows and none denies. There is no identity policy
 * on the other side, so a resource without a policy refuses. Written for bucket and key policies that name a service
 * principal; a condition operator that is not known here never lets a request through.
 * Rules: IAM user guide, "Policy evaluation logic" and "IAM JSON policy elements: Condition operators".
 */
export function allowsService(policy: string | undefined, request: ServiceRequest): boolean {
  if (policy === undefined) return false;
  const document = JSON.parse(policy) as { Statement?: Statement | readonly Statement[] };
  const statements = many(document.Statement);
  const matching = (effect: Statement["Effect"]) =>
    statements.some((statement) => statement.Effect === effect && applies(statement, request));
  return matching("Allow") && !matching("Deny");
}

function applies(statement: Statement, request: ServiceRequest): boolean {
  const { Principal, NotPrincipal, Action, NotAction, Resource, NotResource } = statement;
  const named = Principal === undefined ? !names(NotPrincipal, request.service) : names(Principal, request.service);
  const action = request.action.toLowerCase();
  const acts = (patterns: OneOrMany | undefined) => many(patterns).some((each) => like(each.toLowerCase(), action));
  const covers = (patterns: OneOrMany | undefined) =>
    many(patterns).some((each) => {
      const filled = withValues(each, request.context);
      return filled !== undefined && like(filled, request.resource);
    });
  return (
    named &&
    (Action === undefined ? !acts(NotAction) : acts(Action)) &&
    (Resource === undefined ? !covers(NotResource) : covers(Resource)) &&
    holds(statement, request)
  );
}

/**
 * A pattern with the values of its policy variables; undefined where one has none, since it matches nothing then (IAM User Guide, "IAM policy
 * elements: Variables and tags").
 */
function withValues(pattern: string, context: ServiceRequest["context"]): string | undefined {
  let whole = true;
  const filled = pattern.replaceAll(/\$\{([\w:./-]+)\}/g, (_, key: string) => {
    const value = context[key.toLowerCase()];
    if (typeof value === "string" && !/[*?]/.test(value)) return value;
    whole = false;
    return "";
  });
  return whole ? filled : undefined;
}

function names(principal: Statement["Principal"], service: string): boolean {
  if (principal === undefined || typeof principal === "string") return principal === "*";
  return many(principal.Service).some((each) => each === service || each === "*") || many(principal.AWS).includes("*");
}

/** Every operator and key of the condition holds. */
function holds({ Condition, Effect }: Statement, { context }: ServiceRequest): boolean {
  return Object.entries(Condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => {
      const given = context[key.toLowerCase()];
      const values = many(typeof wanted === "boolean" ? String(wanted) : wanted);
      // A condition that cannot be judged refuses: an Allow does not apply, a Deny does.
      return test(operator, given === undefined ? undefined : many(given), values) ?? Effect === "Deny";
    }),
  );
}

type Compare = (given: string, wanted: string) => boolean;

const same: Compare = (given, wanted) => given === wanted;
const sameIgnoringCase: Compare = (given, wanted) => given.toLowerCase() === wanted.toLowerCase();
const matches: Compare = (given, wanted) => like(wanted, given);

/** Operators by name. The negated ones hold where none of the values compares. */
const OPERATORS: Readonly<Record<string, { compare: Compare; negated?: true }>> = {
  StringEquals: { compare: same },
  StringNotEquals: { compare: same, negated: true },
  StringEqualsIgnoreCase: { compare: sameIgnoringCase },
  StringNotEqualsIgnoreCase: { compare: sameIgnoringCase, negated: true },
  StringLike: { compare: matches },
  StringNotLike: { compare: matches, negated: true },
  ArnEquals: { compare: matches },
  ArnNotEquals: { compare: matches, negated: true },
  ArnLike: { compare: matches },
  ArnNotLike: { compare: matches, negated: true },
  Bool: { compare: sameIgnoringCase },
};

/** One operator on one key; undefined if the operator is not known. */
function test(written: string, given: readonly string[] | undefined, wanted: readonly string[]): boolean | undefined {
  if (written === "Null") return wanted.includes(String(given === undefined));
  const { quantifier, name, ifExists } =
    /^(?:(?<quantifier>ForAnyValue|ForAllValues):)?(?<name>\w+?)(?<ifExists>IfExists)?$/.exec(written)?.groups ?? {};
  const operator = OPERATORS[name ?? ""];
  if (operator === undefined) return undefined;
  if (given === undefined) {
    return (
      ifExists !== undefined || quantifier === "ForAllValues" || (operator.negated === true && quantifier === undefined)
    );
  }
  const one = (value: string) => wanted.some((each) => operator.compare(value, each)) !== (operator.negated === true);
  return quantifier === "ForAllValues" || (operator.negated && quantifier === undefined)
    ? given.every(one)
    : given.some(one);
}

/** Matches `*` and `?`. */
function like(pattern: string, value: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[^]*")
    .replaceAll("?", "[^]");
  return new RegExp(`^${source}$`).test(value);
}

function many<Item>(value: Item | readonly Item[] | undefined): readonly Item[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as Item];
}
