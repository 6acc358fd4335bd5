import type { Provider } from "@pulumi/aws/provider.js";
import { Provider as NativeProvider, type ProviderArgs } from "@pulumi/aws-native/provider.js";
import { type Declare, declarer } from "../declaration.ts";
import type { AdminInputs } from "../inputs.ts";
import { names } from "../names.ts";
import { accountProvider } from "../providers.ts";

/** What every feature of the admin stack gets. */
export interface AdminStack {
  readonly inputs: AdminInputs;
  readonly management: Provider;
  readonly security: Provider;
  readonly logArchive: Provider;
  readonly declare: Declare;
  /** The provider `aws-native` of the security account in a region, made when it is first asked for. */
  readonly native: (region: string) => NativeProvider;
}

/** Makes the providers of the admin stack. */
export function adminStack(inputs: AdminInputs): AdminStack {
  const { accounts, homeRegion } = inputs;
  const natives = new Map<string, NativeProvider>();
  return {
    inputs,
    management: accountProvider(accounts.management, homeRegion),
    security: accountProvider(accounts.security, homeRegion),
    logArchive: accountProvider(accounts.logArchive, homeRegion),
    declare: declarer(inputs.adoptions, inputs.phase),
    native: (region) => {
      const made = natives.get(region) ?? nativeProvider(accounts.security, region);
      natives.set(region, made);
      return made;
    },
  };
}

function nativeProvider(accountId: string, region: string): NativeProvider {
  return new NativeProvider(names.nativeProvider(accountId, region), {
    // The SDK enumerates the regions of its own release; AWS adds some between releases.
    region: region as ProviderArgs["region"],
    profile: `bulwark-${accountId}`,
    allowedAccountIds: [accountId],
  });
}
