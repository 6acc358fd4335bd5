import { Provider } from "@pulumi/aws/provider.js";
import { Provider as NativeProvider, type ProviderArgs } from "@pulumi/aws-native/provider.js";
import { names } from "./names.ts";

/**
 * The provider of one account. Its credentials come from the profile `bulwark-<account id>` of the run's own AWS configuration: a role ARN
 * with a session name would put the operation's id into the state, and every deployment would update the provider.
 * `region` is only where account-wide calls go; every regional resource names its own.
 */
export function accountProvider(accountId: string, region: string): Provider {
  return new Provider(names.provider(accountId), {
    region,
    profile: `bulwark-${accountId}`,
    // A profile that leads to another account stops the run before it has changed anything there.
    allowedAccountIds: [accountId],
  });
}

/** The providers of aws-native for one account. They have one region each, and are made when a region's is first asked for. */
export function nativeProviders(accountId: string): (region: string) => NativeProvider {
  const made = new Map<string, NativeProvider>();
  return (region) => {
    const known = made.get(region);
    if (known !== undefined) return known;
    const provider = new NativeProvider(names.nativeProvider(accountId, region), {
      // The SDK enumerates the regions of its own release; AWS adds some between releases.
      region: region as ProviderArgs["region"],
      profile: `bulwark-${accountId}`,
      allowedAccountIds: [accountId],
    });
    made.set(region, provider);
    return provider;
  };
}
