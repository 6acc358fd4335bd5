import type { Provider } from "@pulumi/aws/provider.js";
import type { Provider as NativeProvider } from "@pulumi/aws-native/provider.js";
import type { Input } from "@pulumi/pulumi";
import { type Declare, declarer } from "../declaration.ts";
import type { BaselineInputs } from "../inputs.ts";
import { accountProvider, nativeProviders } from "../providers.ts";

/** What is known of an account by itself, without an organization. */
type AccountInputs = Pick<
  BaselineInputs,
  ("accountId" | "partition" | "homeRegion" | "regions") | ("standards" | "features" | "passwordPolicy" | "adoptions")
> & { readonly admin: { readonly configBucket: string; readonly configKeyArn: Input<string> } };

interface Called {
  /** @param name of a rule in the settings */
  configRule(name: string): string;
  readonly hostManagementRole: string;
  readonly inventory: string;
  readonly patchScan: string;
}

/** What a feature gets that needs nothing but the account: such features are of the component for teams, too. */
export interface AccountStack {
  readonly inputs: AccountInputs;
  /** The account that the baseline is for. */
  readonly member: Provider;
  readonly declare: Declare;
  /** What AWS calls the resources that have a name in the account, where they are not Bulwark's. */
  readonly called?: Called;
}

/** What every feature of the baseline gets. */
export interface BaselineStack extends AccountStack {
  readonly inputs: BaselineInputs;
  /** The security account; a baseline run may only manage memberships there. */
  readonly security: Provider;
  /** The member by aws-native, in a region. */
  readonly native: (region: string) => NativeProvider;
}

/** Makes the providers of a baseline stack. */
export function baselineStack(inputs: BaselineInputs): BaselineStack {
  return {
    inputs,
    member: accountProvider(inputs.accountId, inputs.homeRegion),
    security: accountProvider(inputs.accounts.security, inputs.homeRegion),
    native: nativeProviders(inputs.accountId),
    declare: declarer(inputs.adoptions, inputs.phase),
  };
}
