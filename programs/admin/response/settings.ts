import { Parameter } from "@pulumi/aws/ssm/parameter.js";
import type { Resource } from "@pulumi/pulumi";
import { canonicalJson } from "../../canonical-json.ts";
import type { AdminInputs } from "../../inputs.ts";
import { awsNames, TAGS } from "../../names.ts";
import { arn } from "../../partition.ts";
import type { AdminStack } from "../stack.ts";
import type { ResponsePlace } from "./place.ts";

/** Characters of a standard parameter; an advanced one takes twice as many (AWS Systems Manager User Guide, "Managing parameter tiers"). */
const STANDARD = 4096;

/** What the functions go by, as parameters: so that a change of policy is previewed like any other, and nothing is restarted for it. */
export function responseParameters({ inputs, security: provider }: AdminStack, { region }: ResponsePlace): Resource[] {
  const { policy: chosen, slack, splunk, serviceDesk } = inputs.features.response;
  const policy = { ...chosen, protected: [...ownBuckets(inputs), ...chosen.protected] };
  const documents = { policy, slack, splunk, "service-desk": serviceDesk };
  return Object.entries(documents).flatMap(([name, document]) => {
    if (document === undefined) return [];
    const value = canonicalJson(document);
    return [
      new Parameter(
        `response-settings-${name}-${region}`,
        {
          region,
          name: `${awsNames.responseParameters}/${name}`,
          description: "Settings of the response. Managed by Bulwark.",
          type: "String",
          tier: value.length > STANDARD ? "Advanced" : "Standard",
          // No secret, so that a diff and a drift can show it.
          insecureValue: value,
          tags: TAGS,
        },
        { provider },
      ),
    ];
  });
}

/** Patterns of Bulwark's buckets, which no remediation touches; a bucket's ARN has no account that could tell whose it is, as others' have. */
function ownBuckets({ partition, accounts: { logArchive } }: AdminInputs): readonly string[] {
  const { trailBucket, configBucket, evidenceBucket, findingsBucket, signatureBucket } = awsNames;
  return [trailBucket, configBucket, evidenceBucket, findingsBucket, signatureBucket].map((name) =>
    arn(partition, "s3", "", "", name(logArchive, "*")),
  );
}
