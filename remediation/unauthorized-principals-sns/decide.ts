import { type NamedResource, resourcesOf } from "../finding-resources.ts";
import { decideOnPrincipals } from "../policy-decision.ts";
import type { Fields } from "../policy-document.ts";
import type { Decision, Facts, Finding } from "../remediation.ts";

/** Amazon SNS API reference, CreateTopic: 256 letters, digits, `-` and `_`, of which a FIFO topic's end in `.fifo`. */
const TOPIC = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:(\d{12}):[A-Za-z0-9_-]{1,256}(?:\.fifo)?$/;

export const targetsOf = (finding: Finding): readonly NamedResource[] => resourcesOf(finding, "AwsSnsTopic", TOPIC);

/** A topic always has a policy. SNS takes its own actions alone, and no `sns:*` (Amazon SNS Developer Guide, "API permissions"). */
function forOwner({ arn, accountId }: NamedResource): Fields {
  return {
    Version: "2012-10-17",
    Id: "Owner",
    Statement: [
      {
        Sid: "Owner",
        Effect: "Allow",
        Principal: { AWS: `arn:${arn.split(":")[1]}:iam::${accountId}:root` },
        Action: ["sns:GetTopicAttributes", "sns:SetTopicAttributes"],
        Resource: arn,
      },
    ],
  };
}

/** A topic policy that nobody is left in becomes one for the topic's account alone. */
export function decide(policy: string | null, resource: NamedResource, facts: Facts): Decision<string | null> {
  return decideOnPrincipals(policy, resource, facts, { emptied: forOwner });
}
