import type { Manifest } from "../manifest.ts";
import type { Facts } from "../remediation.ts";
import type { ResponseSettings } from "../response/decision.ts";
import {
  AccountResponse,
  KillSwitch,
  ownPatterns,
  ResponsePolicy,
  responseSettings,
  untouchable,
} from "../response/settings.ts";
import { type FunctionLog, reasonOf } from "./log.ts";
import type { Organization } from "./organization.ts";
import type { Parameters } from "./parameters.ts";

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
  readonly manifests: readonly Pick<Manifest, "name" | "mode">[];
  readonly now: () => Date;
  readonly log: FunctionLog;
}

/** Reads what decisions on findings go by. */
export interface SettingsReader {
  /** Rejects where there is none: without it nothing is known to be protected. */
  policy(): Promise<ResponsePolicy>;
  /** For findings of one account; undefined where something of it can't be read, so that nothing is changed. */
  settings(accountId: string): Promise<ResponseSettings | undefined>;
  facts(): Promise<Facts>;
  /** As the account's baseline tells; rejects where that can't be read. */
  account(accountId: string): Promise<{ readonly owner: string | null; readonly environment: string | null }>;
}

/** Reads settings from parameters and from Organizations. */
export function settingsReader(source: SettingsSource): SettingsReader {
  const { parameters, organization, organizationId, path, accountPath, manifests, now, log } = source;
  const own = ownPatterns(source.account);

  const policy = async (): Promise<ResponsePolicy> => {
    const found = await parameters.read(`${path}/policy`, ResponsePolicy);
    if (found === undefined)
      throw new Error(`reading the parameter ${path}/policy: there is none; deploy the admin stack`);
    return found;
  };
  const ofAccount = (accountId: string) => parameters.read(`${accountPath}/${accountId}`, AccountResponse);

  return {
    policy,
    async settings(accountId) {
      try {
        const [set, killSwitch, response, known] = await Promise.all([
          policy(),
          parameters.read(`${path}/kill-switch`, KillSwitch),
          ofAccount(accountId),
          organization.has(accountId),
        ]);
        // Only freezes ask for units.
        const units = !known ? undefined : set.freezes.length === 0 ? [] : await organization.unitsAbove(accountId);
        return responseSettings(set, killSwitch, { id: accountId, units, response }, { manifests, own, now: now() });
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
        untouchable: untouchable(set, own),
        ...(set.forensics === undefined ? {} : { forensics: set.forensics }),
      };
    },
    async account(accountId) {
      const { owner = null, environment = null } = (await ofAccount(accountId)) ?? {};
      return { owner, environment };
    },
  };
}
