import { Provider } from "@pulumi/aws/provider.js";
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
