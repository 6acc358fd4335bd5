import type { FeatureSettings } from "./feature-settings.ts";
import type { Ec2Declaration } from "./guardrail-settings.ts";

type Path = (string | number)[];

/** What of the accounts' own EC2 settings the baseline sets, by what a declarative policy would call it. */
const SET_BY_BASELINE: Readonly<
  Partial<Record<Ec2Declaration, { readonly path: Path; isSet(account: FeatureSettings["account"]): boolean }>>
> = {
  imageSharing: { path: ["imageSharing"], isSet: ({ imageSharing }) => imageSharing !== "off" },
  snapshotSharing: { path: ["snapshotSharing"], isSet: ({ snapshotSharing }) => snapshotSharing !== "off" },
  instanceMetadata: {
    path: ["instanceMetadata", "enabled"],
    isSet: ({ instanceMetadata }) => instanceMetadata.enabled,
  },
};

/**
 * Refuses settings of EC2 that a declarative policy and the baselines would both set. In an account under such a policy EC2 answers each call
 * that would change the attribute with an error, even one that asks for the same (AWS Organizations User Guide, "Declarative
 * policies"), so that deployments would fail there, and destroying a stack, too.
 */
export function checkOwners(
  { features }: { readonly features: Pick<FeatureSettings, "guardrails" | "account"> },
  issue: (path: Path, message: string) => void,
): void {
  const { guardrails, account } = features;
  if (!guardrails.enabled || !guardrails.ec2.enabled || !account.enabled) return;
  for (const declared of guardrails.ec2.declares) {
    const own = SET_BY_BASELINE[declared];
    if (own === undefined || !own.isSet(account)) continue;
    const [field = "", ...rest] = own.path;
    const off = rest.length === 0 ? "off" : "false";
    issue(
      ["features", "account", field, ...rest],
      `is declared by features.guardrails.ec2 for whole units, whose accounts can't set it: set it to ${off}, or take ${declared} out of features.guardrails.ec2.declares`,
    );
  }
}

/** Refuses to delegate CloudTrail and not to delegate it. */
export function checkTrailDelegation(
  { features }: { readonly features: Pick<FeatureSettings, "trail" | "delegation"> },
  issue: (path: Path, message: string) => void,
): void {
  const { trail, delegation } = features;
  if (!delegation.cloudTrail.enabled || !trail.enabled || trail.delegatedAdministrator) return;
  issue(
    ["features", "delegation", "cloudTrail", "enabled"],
    "must be false while features.trail.delegatedAdministrator is: set both to the same",
  );
}
