import { Parameter } from "@pulumi/aws/ssm/parameter.js";
import { entriesOf } from "../extensions/extensions.ts";
import { accountModes } from "../extensions/remediation-policy.ts";
import { awsNames, names, TAGS } from "../names.ts";
import type { BaselineStack } from "./stack.ts";

/**
 * What the account says of remediations, as a parameter of the security account's home region: there what responds to findings reads it,
 * and nobody of the account can write it. Only where there is something to say.
 */
export function remediationModes({ inputs, security }: BaselineStack): void {
  const { extensions } = inputs;
  const modes = accountModes(entriesOf(extensions, "remediationPolicy"), entriesOf(extensions, "remediationOff"));
  if (Object.keys(modes).length === 0) return;
  new Parameter(
    names.remediationModes(inputs.homeRegion),
    {
      region: inputs.homeRegion,
      name: awsNames.remediationModes(inputs.accountId),
      description: "Modes of remediations in one account. Managed by Bulwark.",
      type: "String",
      // No secret, so that a diff and a drift can show it.
      insecureValue: JSON.stringify(modes),
      tags: TAGS,
    },
    { provider: security },
  );
}
