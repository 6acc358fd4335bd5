import type { Provider } from "@pulumi/aws/provider.js";
import type { Provider as NativeProvider } from "@pulumi/aws-native/provider.js";
import { type Declare, declarer } from "../declaration.ts";
import type { AdminInputs } from "../inputs.ts";
import { accountProvider, nativeProviders } from "../providers.ts";

/** What every feature of the admin stack gets. */
export interface AdminStack {
  readonly inputs: AdminInputs;
  readonly management: Provider;
  readonly security: Provider;
  readonly logArchive: Provider;
  /** Of the security account, in a region. */
  readonly native: (region: string) => NativeProvider;
  readonly declare: Declare;
}

/** Makes the providers of the admin stack. */
export function adminStack(inputs: AdminInputs): AdminStack {
  const { accounts, homeRegion } = inputs;
  return {
    inputs,
    management: accountProvider(accounts.management, homeRegion),
    security: accountProvider(accounts.security, homeRegion),
    logArchive: accountProvider(accounts.logArchive, homeRegion),
    native: nativeProviders(accounts.security),
    declare: declarer(inputs.adoptions, inputs.phase),
  };
}
