import { Parameter } from "@pulumi/aws/ssm/parameter.js";
import { entriesOf } from "../extensions/extensions.ts";
import { accountModes } from "../extensions/remediation-policy.ts";
import { awsNames, names, TAGS } from "../names.ts";
import { remediationsOf } from "../remediation-settings.ts";
import type { BaselineStack } from "./stack.ts";

/**
 * What is known of the account where it is responded to: whose it is, for what, and what it says of remediations. As a parameter of the
 * security account's home region: there what responds to findings reads it (`AccountResponse` in remediation/response/settings.ts), and nobody
 * of the account can write it. Only where there is something to say, and something that could respond.
 */
export function remediationModes({ inputs, security }: BaselineStack): void {
  const { extensions, owner, environment, features } = inputs;
  const remediations = accountModes(
    entriesOf(extensions, "remediationPolicy"),
    entriesOf(extensions, "remediationOff"),
  );
  const isEmpty = owner === undefined && environment === undefined && Object.keys(remediations).length === 0;
  if (isEmpty || remediationsOf(features.remediations).length === 0) return;
  new Parameter(
    names.remediationModes(inputs.homeRegion),
    {
      region: inputs.homeRegion,
      name: awsNames.remediationModes(inputs.accountId),
      description: "Owner, environment and modes of remediations of one account. Managed by Bulwark.",
      type: "String",
      // No secret, so that a diff and a drift can show it.
      insecureValue: JSON.stringify({
        ...(owner === undefined ? {} : { owner }),
        ...(environment === undefined ? {} : { environment }),
        remediations,
      }),
      tags: TAGS,
    },
    { provider: security },
  );
}
