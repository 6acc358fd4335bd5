/** Somebody of an account that is neither of the organization nor a partner. */
export const STRANGER = "arn:aws:iam::999988887777:root";
/** The partner of the trials' facts. */
export const PARTNER = "arn:aws:iam::444455556666:root";

/** A policy document of statements. */
export const policyOf = (statements: readonly object[]) => ({ Version: "2012-10-17", Statement: statements });

/** Statements by which a resource is shared too widely, and what of them is to be left. */
export function sharedTooWidely(Action: string | readonly string[], Resource: string, everyAction = Action) {
  const allow = (Sid: string, Principal: object | string, more = {}) => ({
    Sid,
    Effect: "Allow",
    Principal,
    Action,
    Resource,
    ...more,
  });
  const deny = { Sid: "Deny", Effect: "Deny", Principal: "*", Action: everyAction, Resource };
  const plain = { ...deny, Condition: { Bool: { "aws:SecureTransport": "false" } } };
  const limited = allow("Limited", "*", { Condition: { StringEquals: { "aws:SourceAccount": "100000000001" } } });
  const service = allow("Service", { Service: "events.amazonaws.com" });
  return {
    all: [
      plain,
      allow("Shared", { AWS: [PARTNER, STRANGER] }),
      limited,
      allow("Open", { AWS: "*" }),
      allow("Stranger", { AWS: STRANGER }),
      service,
    ],
    left: [plain, allow("Shared", { AWS: PARTNER }), limited, service],
    /** What is for a stranger alone. */
    given: [allow("Stranger", { AWS: STRANGER })],
  };
}
