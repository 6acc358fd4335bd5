import { type NamedResource, resourcesOf } from "../finding-resources.ts";
import { decideOnPrincipals } from "../policy-decision.ts";
import type { Decision, Facts, Finding } from "../remediation.ts";

/** Amazon SQS API reference, CreateQueue: 80 letters, digits, `-` and `_`, of which a FIFO queue's end in `.fifo`. */
const QUEUE = /^arn:aws[a-z-]*:sqs:[a-z0-9-]+:(\d{12}):[A-Za-z0-9_-]{1,80}(?:\.fifo)?$/;

export const targetsOf = (finding: Finding): readonly NamedResource[] => resourcesOf(finding, "AwsSqsQueue", QUEUE);

/** A queue policy that nobody is left in goes: the queue's account administers it without one. */
export function decide(policy: string | null, resource: NamedResource, facts: Facts): Decision<string | null> {
  return decideOnPrincipals(policy, resource, facts);
}
