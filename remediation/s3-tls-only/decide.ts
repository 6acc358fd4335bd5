import type { NamedResource } from "../finding-resources.ts";
import { canonicalPolicy, type Fields, isFields, listOf, policyDocument, statementsOf } from "../policy-document.ts";
import { deletedPrincipal, whyDeleted } from "../policy-principals.ts";
import type { Decision, Facts } from "../remediation.ts";
import { isUntouchable, matchesPattern } from "../text-pattern.ts";

/** Amazon S3 User Guide, "Bucket policies for Amazon S3": bytes of a policy. */
const MOST_BYTES = 20 * 1024;
const SID = "TlsOnly";

/** Whether S3 serves the bucket's content at a website endpoint, which speaks HTTP only (Amazon S3 User Guide, "Website endpoints"). */
export type Circumstances = { readonly isWebsite: boolean };

/** The bucket's policy with a statement that denies all without TLS, unless it has one (Amazon S3 User Guide, "Security best practices"). */
export function decide(
  policy: string | null,
  bucket: NamedResource,
  facts: Facts,
  { isWebsite }: Circumstances,
): Decision<string | null> {
  const document = policyDocument(policy ?? { Version: "2012-10-17", Statement: [] });
  if (document === undefined) return { kind: "refuse", why: `${bucket.arn}: its policy is no policy document` };
  const statements = statementsOf(document);
  if (statements.some((statement) => deniesPlain(statement, bucket.arn))) return { kind: "nothing" };
  if (isUntouchable(bucket.arn, facts.untouchable)) {
    return { kind: "refuse", why: `${bucket.arn} is among what no remediation touches` };
  }
  if (isWebsite) {
    return {
      kind: "refuse",
      why: `${bucket.arn} is a website: S3 serves those without TLS alone, and nobody could see it; put CloudFront with an origin access control before it, and take the website configuration away`,
    };
  }
  const deleted = deletedPrincipal(statements);
  if (deleted !== undefined) return { kind: "refuse", why: `${bucket.arn}: ${whyDeleted(deleted)}` };
  const added: Fields = {
    // A policy has each id once.
    ...(statements.some(({ Sid }) => Sid === SID) ? {} : { Sid: SID }),
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [bucket.arn, `${bucket.arn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
  const to = canonicalPolicy({ ...document, Statement: [...statements, added] });
  if (Buffer.byteLength(to) > MOST_BYTES) {
    return {
      kind: "refuse",
      why: `${bucket.arn}: its policy would be longer than the ${MOST_BYTES} bytes that S3 takes; shorten it`,
    };
  }
  return { kind: "change", to };
}

/** Whether a statement denies everybody everything on the bucket and its objects without TLS, and under no other condition. */
function deniesPlain({ Effect, Principal, Action, Resource, Condition }: Fields, arn: string): boolean {
  const everybody = Principal === "*" || (isFields(Principal) && listOf(Principal.AWS).includes("*"));
  const everything = listOf(Action).some((action) => /^(?:\*|s3:\*)$/i.test(String(action)));
  const everywhere = [arn, `${arn}/*`].every((wanted) =>
    listOf(Resource).some((resource) => matchesPattern(String(resource), wanted)),
  );
  return Effect === "Deny" && everybody && everything && everywhere && isPlainOnly(Condition);
}

function isPlainOnly(condition: Fields[string] | undefined): boolean {
  if (!isFields(condition)) return false;
  const [[operator, keys] = [], ...others] = Object.entries(condition);
  if (operator !== "Bool" || others.length > 0 || !isFields(keys)) return false;
  const [[key = "", value] = [], ...more] = Object.entries(keys);
  return (
    key.toLowerCase() === "aws:securetransport" && more.length === 0 && listOf(value).map(String).includes("false")
  );
}
