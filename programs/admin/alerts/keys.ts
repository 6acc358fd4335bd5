import { Key } from "@pulumi/aws/kms/key.js";
import type { PolicyDocument } from "../../bootstrap/policy-document.ts";
import { identifyingTags } from "../../recovery/tag.ts";
import type { AdminStack } from "../stack.ts";
import type { AlertPlace } from "./place.ts";
import { chainKeyPolicy, watchKeyPolicy } from "./policies.ts";

/** The keys of the alerts: what tells that the chain is ill must not need the chain's key. */
export interface AlertKeys {
  readonly chain: Key;
  readonly watch: Key;
}

/** Both keys. What they encrypt is on its way or a log, so they go with the alerts; KMS keeps them for thirty days more. */
export function alertKeys(stack: AdminStack, place: AlertPlace): AlertKeys {
  return {
    chain: key(stack, place, "alert-key", "Findings on their way", chainKeyPolicy(stack.inputs, place)),
    watch: key(stack, place, "alert-watch-key", "Alarms about the alerts", watchKeyPolicy(stack.inputs)),
  };
}

function key({ security }: AdminStack, { region }: AlertPlace, label: string, what: string, policy: PolicyDocument) {
  const name = `${label}-${region}`;
  return new Key(
    name,
    {
      region,
      description: what,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: JSON.stringify(policy),
      tags: identifyingTags("admin", name),
    },
    { provider: security },
  );
}
