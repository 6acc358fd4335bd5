import type { DescribeEffectivePolicyRequest, DescribeEffectivePolicyResponse } from "@aws-sdk/client-organizations";
import { AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import { requireMember, requireReader } from "./access.ts";
import { invalidInput } from "./errors.ts";
import { memberOf } from "./hierarchy.ts";
import type { Organization } from "./organization.ts";
import { levelsOf } from "./policies.ts";
import { requireTarget } from "./policy-attachments.ts";

/**
 * What management policies come to in an account: each level may set again what the one above set. Of the inheritance operators
 * `@@assign` alone is served. Source: Organizations user guide, "Inheritance operators for management policy types".
 */
export function effectivePolicyOperations(organization: Organization): Record<string, Operation> {
  return {
    DescribeEffectivePolicy(call: Call<DescribeEffectivePolicyRequest>): DescribeEffectivePolicyResponse {
      const { PolicyType: type, TargetId = call.accountId } = call.input;
      // An account may ask about itself.
      if (TargetId === call.accountId) requireMember(organization, call);
      else requireReader(organization, call);
      const account = memberOf(organization, requireTarget(organization, TargetId));
      if (account === undefined) {
        throw invalidInput("TARGET_NOT_SUPPORTED", "You can't perform the operation on that target entity.");
      }
      const documents = type === undefined ? [] : levelsOf(organization, account, type).flat();
      if (type === undefined || documents.length === 0) {
        throw new AwsError("EffectivePolicyNotFoundException", "There is no effective policy of this type.");
      }
      const merged = documents.reduce<Json>((above, { content }) => merge(above, JSON.parse(content)), {});
      return {
        EffectivePolicy: {
          PolicyType: type,
          TargetId,
          PolicyContent: JSON.stringify(assigned(merged)),
          LastUpdatedTimestamp: organization.now(),
        },
      };
    },
  };
}

interface Json {
  readonly [name: string]: Json | string | readonly string[];
}

function merge(above: Json, below: Json): Json {
  const merged: Record<string, Json[string]> = { ...above };
  for (const [name, value] of Object.entries(below)) {
    const present = merged[name];
    merged[name] = isBranch(present) && isBranch(value) ? merge(present, value) : value;
  }
  return merged;
}

/** The document without its operators. */
function assigned(document: Json): Json {
  return Object.fromEntries(
    Object.entries(document).map(([name, value]) => {
      if (!isBranch(value)) return [name, value];
      return [name, value["@@assign"] ?? assigned(value)];
    }),
  );
}

function isBranch(value: Json[string] | undefined): value is Json {
  return typeof value === "object" && !Array.isArray(value);
}
