import { Enabler } from "@pulumi/aws/inspector2/enabler.js";
import { MemberAssociation } from "@pulumi/aws/inspector2/memberAssociation.js";
import { scansOf } from "../inspector-adoption.ts";
import { isInspected } from "../inspector-settings.ts";
import { names } from "../names.ts";
import type { BaselineStack } from "./stack.ts";

/**
 * Makes the account a member of the security account's Inspector and switches its scans on, both as the delegated administrator: a
 * member cannot switch scans off again (Inspector User Guide, "Deactivating Amazon Inspector"). So they are taken apart, too: first the
 * scans, then the association, which would leave them on.
 */
export function inspector({ inputs, security, declare }: BaselineStack, region: string): void {
  const settings = inputs.features.inspector;
  if (!isInspected(settings, region)) return;
  const association = declare(
    MemberAssociation,
    { name: names.inspectorMember(region), region, wanted: { accountId: inputs.accountId } },
    { provider: security },
  );
  const name = names.inspectorMemberScans(region);
  declare(
    Enabler,
    {
      name,
      region,
      wanted: {
        accountIds: [inputs.accountId],
        resourceTypes: scansOf(inputs.adoptions, name, settings.resourceTypes),
      },
    },
    { provider: security, dependsOn: [association] },
  );
}
