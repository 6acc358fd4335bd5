import type { Provider } from "@pulumi/aws/provider.js";
import { type Declare, declarer } from "../declaration.ts";
import type { AdminInputs } from "../inputs.ts";
import { accountProvider } from "../providers.ts";

/** What every feature of the admin stack gets. */
export interface AdminStack {
  readonly inputs: AdminInputs;
  readonly management: Provider;
  readonly security: Provider;
  readonly logArchive: Provider;
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
    declare: declarer(inputs.adoptions, inputs.phase),
  };
}
