import type { NamedResource } from "../finding-resources.ts";
import type { Decision, Facts } from "../remediation.ts";
import { isUntouchable } from "../text-pattern.ts";

/** Whether a key rotates, and why it can't, which is `null` where it can. */
export type Rotation = { readonly rotates: boolean; readonly unfit: string | null };

/** What KMS tells of a key (API reference, KeyMetadata), as far as rotation depends on it. */
export interface KeyTraits {
  readonly KeyManager?: string | undefined;
  readonly KeySpec?: string | undefined;
  readonly Origin?: string | undefined;
  readonly KeyState?: string | undefined;
  readonly MultiRegionConfiguration?:
    | {
        readonly MultiRegionKeyType?: string | undefined;
        readonly PrimaryKey?: { readonly Arn?: string | undefined } | undefined;
      }
    | undefined;
}

/** Why a key's rotation can't be turned on; `null` where it can (KMS API reference, EnableKeyRotation). */
export function unfitFor(key: KeyTraits): string | null {
  if (key.KeyManager !== "CUSTOMER") return "AWS manages it, and its rotation";
  if (key.KeySpec !== "SYMMETRIC_DEFAULT")
    return `KMS rotates symmetric keys alone, and it is ${key.KeySpec ?? "of no known kind"}`;
  if (key.Origin !== "AWS_KMS") return `KMS rotates no key whose material comes from ${key.Origin ?? "elsewhere"}`;
  const many = key.MultiRegionConfiguration;
  if (many?.MultiRegionKeyType === "REPLICA") {
    return `it is a replica; the rotation of its primary key ${many.PrimaryKey?.Arn ?? ""} is what counts`;
  }
  return key.KeyState === "Enabled" ? null : `its state is ${key.KeyState ?? "unknown"}; enable it first`;
}

/** Rotation on where the key can rotate and does not. */
export function decide({ rotates, unfit }: Rotation, { arn }: NamedResource, facts: Facts): Decision<Rotation> {
  if (rotates) return { kind: "nothing" };
  if (unfit !== null) return { kind: "refuse", why: `${arn} can't rotate: ${unfit}` };
  if (isUntouchable(arn, facts.untouchable))
    return { kind: "refuse", why: `${arn} is among what no remediation touches` };
  return { kind: "change", to: { rotates: true, unfit: null } };
}
