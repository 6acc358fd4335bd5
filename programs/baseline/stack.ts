import type { Provider } from "@pulumi/aws/provider.js";
import { type Declare, declarer } from "../declaration.ts";
import type { BaselineInputs } from "../inputs.ts";
import { accountProvider } from "../providers.ts";

/** What every feature of the baseline gets. */
export interface BaselineStack {
  readonly inputs: BaselineInputs;
  /** The account that the baseline is for. */
  readonly member: Provider;
  /** The security account; a baseline run may only manage memberships there. */
  readonly security: Provider;
  readonly declare: Declare;
}

/** Makes the providers of a baseline stack. */
export function baselineStack(inputs: BaselineInputs): BaselineStack {
  return {
    inputs,
    member: accountProvider(inputs.accountId, inputs.homeRegion),
    security: accountProvider(inputs.accounts.security, inputs.homeRegion),
    declare: declarer(inputs.adoptions, inputs.phase),
  };
}
