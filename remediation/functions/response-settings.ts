import type { Facts } from "../remediation.ts";
import type { ResponseSettings } from "../response/decision.ts";
import type { Account } from "../response/responder.ts";
import { AccountResponse, KillSwitch, ownPatterns, ResponsePolicy, responseSettings } from "../response/settings.ts";
import { accountReader } from "./account-settings.ts";
import { type FunctionLog, reasonOf } from "./log.ts";
import type { Organization } from "./organization.ts";
import { needed, type Parameters } from "./parameters.ts";

/** Where settings come from, and whose they are. */
export interface SettingsSource {
  readonly parameters: Parameters;
  readonly organization: Organization;
  readonly organizationId: string;
  /** The security account. */
  readonly account: string;
  /** Path of the organization's settings, and of what accounts tell of themselves. */
  readonly path: string;
  readonly accountPath: string;
  readonly now: () => Date;
  readonly log: FunctionLog;
}

/** Reads what decisions on findings go by. */
export interface SettingsReader {
  /** Rejects where there is none: without it nothing is known to be protected. */
  policy(): Promise<ResponsePolicy>;
  /** For findings of one account, or of none; undefined where something of it can't be read, so that nothing is changed. */
  settings(accountId: string | undefined): Promise<ResponseSettings | undefined>;
  facts(): Promise<Facts>;
  /** Rejects where it can't be read. */
  account(accountId: string): Promise<Account>;
}

/** Reads settings from parameters and from Organizations. */
export function settingsReader(source: SettingsSource): SettingsReader {
  const { parameters, organization, organizationId, path, accountPath, now, log } = source;
  const own = ownPatterns(source.account);

  const policy = () => needed(parameters, `${path}/policy`, ResponsePolicy);

  return {
    policy,
    async settings(accountId) {
      try {
        const [set, killSwitch] = await Promise.all([policy(), parameters.read(`${path}/kill-switch`, KillSwitch)]);
        if (accountId === undefined) return responseSettings(set, killSwitch, undefined, own);
        const [response, isOurs] = await Promise.all([
          parameters.read(`${accountPath}/${accountId}`, AccountResponse),
          organization.has(accountId),
        ]);
        const isByUnit = set.freezes.length > 0 || set.units.length > 0;
        const units = isOurs && isByUnit ? await organization.unitsAbove(accountId) : undefined;
        return responseSettings(
          set,
          killSwitch,
          isOurs ? { id: accountId, units: units ?? [], response } : undefined,
          own,
        );
      } catch (error) {
        log.error("the settings can't be read: nothing is changed", { accountId, reason: reasonOf(error) });
        return undefined;
      }
    },
    async facts() {
      const [set, organizationAccounts] = await Promise.all([policy(), organization.accounts()]);
      return {
        now: now(),
        organizationAccounts,
        organizationId,
        partnerAccounts: set.partnerAccounts,
        untouchable: [...own, ...set.protected],
        ...(set.forensics === undefined ? {} : { forensics: set.forensics }),
      };
    },
    account: accountReader(parameters, accountPath, organization),
  };
}
