import { type Fields, isFields, listOf } from "./policy-document.ts";

/** Whom a resource may be open to. */
export interface Access {
  /** The account that owns the resource. */
  readonly own: string;
  /** The accounts of the organization and of partners. */
  readonly accounts: readonly string[];
  /** `o-...`; where it is not known, whatever organization a condition names is taken for the own one. */
  readonly organizationId?: string | undefined;
}

/** How far the conditions of a statement narrow "everybody": to accounts that may, to a network of whomever, or not. */
export type Limit = "accounts" | "network" | "none";

/**
 * Operators that let only named values through. A key that the request does not have fails them. Not among them: negated ones, `...IfExists`,
 * and `ForAllValues:`, which are all true where the key is missing (IAM User Guide, "IAM JSON policy elements: Condition operators" and
 * "Set operators for multivalued context keys").
 */
const OPERATOR = /^(?:foranyvalue:)?(stringequals|stringequalsignorecase|stringlike|arnequals|arnlike)$/;

/** Keys whose value is an account (IAM User Guide, "AWS global condition context keys"; the ones of KMS, S3 and SNS in their own guides). */
const ACCOUNT_KEYS: ReadonlySet<string> = new Set([
  "aws:principalaccount",
  "aws:sourceaccount",
  // In the policy that SNS gives every new topic.
  "aws:sourceowner",
  "kms:calleraccount",
  "s3:dataaccesspointaccount",
]);
const ORGANIZATION_KEYS: ReadonlySet<string> = new Set(["aws:principalorgid", "aws:sourceorgid"]);
const ORGANIZATION_PATH_KEYS: ReadonlySet<string> = new Set(["aws:principalorgpaths", "aws:sourceorgpaths"]);
const ARN_KEYS: ReadonlySet<string> = new Set(["aws:principalarn", "aws:sourcearn", "s3:dataaccesspointarn"]);
const NETWORK_KEYS: ReadonlySet<string> = new Set([
  "aws:sourcevpc",
  "aws:sourcevpce",
  "aws:sourcevpcarn",
  "aws:vpceaccount",
  "aws:vpceorgid",
  "aws:vpceorgpaths",
]);

const ADDRESS_KEYS: ReadonlySet<string> = new Set(["aws:sourceip", "aws:vpcsourceip"]);
/** Bits of an address from which on a range is somebody's network (Amazon S3 User Guide, "The meaning of public": broader than /8 or /32 is public). */
const NARROWEST = { ipv4: 8, ipv6: 32 };

/**
 * How far a statement's `Condition` limits a principal `*`. All conditions must hold at once, so one that limits is enough; of a condition's values
 * any may hold, so all of them must be allowed.
 */
export function limitOf(condition: Fields, access: Access): Limit {
  let limit: Limit = "none";
  for (const [operator, keys] of Object.entries(condition)) {
    if (operator.toLowerCase() === "ipaddress" && isFields(keys) && isOfAddresses(keys)) limit = "network";
    const kind = OPERATOR.exec(operator.toLowerCase())?.[1];
    if (kind === undefined || !isFields(keys)) continue;
    for (const [key, value] of Object.entries(keys)) {
      const values = listOf(value);
      const name = key.toLowerCase();
      if (values.length === 0) continue;
      if (values.every((one) => isAllowed(name, String(one), kind, access))) return "accounts";
      if (NETWORK_KEYS.has(name) && values.every((one) => !/[*?]/.test(String(one)))) limit = "network";
    }
  }
  return limit;
}

/** Whether an address must be within named ranges, none of which is so wide that it lets about everybody in. */
function isOfAddresses(keys: Fields): boolean {
  return Object.entries(keys).some(([key, value]) => {
    const ranges = listOf(value).map(String);
    return ADDRESS_KEYS.has(key.toLowerCase()) && ranges.length > 0 && ranges.every(isNarrow);
  });
}

function isNarrow(range: string): boolean {
  const [address = "", bits] = range.split("/");
  const isWide = bits !== undefined && !(Number(bits) >= (address.includes(":") ? NARROWEST.ipv6 : NARROWEST.ipv4));
  return address !== "" && !isWide;
}

function isAllowed(key: string, value: string, operator: string, access: Access): boolean {
  if (ACCOUNT_KEYS.has(key)) return value === OWN_ACCOUNT || isAuthorized(value, access);
  if (ORGANIZATION_KEYS.has(key)) return value === OWN_ORGANIZATION || isOrganization(value, access);
  // "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*": the organization is what stands before the first slash.
  if (ORGANIZATION_PATH_KEYS.has(key)) return value.includes("/") && isOrganization(value.split("/")[0] ?? "", access);
  return ARN_KEYS.has(key) && isArnAllowed(value, operator, access);
}

/** Policy variables that stand for who owns the resource (IAM User Guide, "AWS global condition context keys": properties of the resource). */
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is IAM's notation
const OWN_ACCOUNT = "${aws:ResourceAccount}";
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is IAM's notation
const OWN_ORGANIZATION = "${aws:ResourceOrgID}";

/** Whether an account id is the own one, or of an account that may have access. */
export const isAuthorized = (accountId: string, { own, accounts }: Access): boolean =>
  accountId === own || accounts.includes(accountId);

/** Organizations API reference, "Organization": the pattern of an id. */
const ORGANIZATION_ID = /^o-[a-z0-9]{10,32}$/;

const isOrganization = (value: string, { organizationId }: Access): boolean =>
  ORGANIZATION_ID.test(value) && (organizationId === undefined || value === organizationId);

/**
 * ARN operators compare part by part, so a wildcard stays in its part; for string operators it may stand for colons too, and what comes before the
 * account must not have one (in IAM's paths anybody can write colons and digits). A bucket's ARN has no account: a full name is fixed, as in the
 * Amazon S3 User Guide, "The meaning of public".
 */
function isArnAllowed(value: string, operator: string, access: Access): boolean {
  const [prefix, partition = "", service = "", region = "", account = "", ...rest] = value.split(":");
  if (prefix !== "arn" || rest.length === 0) return false;
  const wild = /[*?]/;
  const byPart = operator === "arnequals" || operator === "arnlike";
  if (/^\d{12}$/.test(account) || account === OWN_ACCOUNT) {
    if (account !== OWN_ACCOUNT && !isAuthorized(account, access)) return false;
    const foreignPaths = service === "iam" || service === "sts";
    return byPart || !(wild.test(partition) || wild.test(service) || (foreignPaths && wild.test(region)));
  }
  return service === "s3" && /^\*?$/.test(account) && !wild.test(rest.join(":"));
}
