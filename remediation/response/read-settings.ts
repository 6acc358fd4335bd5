import { GetParametersCommand, type SSMClient } from "@aws-sdk/client-ssm";
import { z } from "zod";
import type { ResponseSettings } from "./decision.ts";
import type { Organization } from "./organization.ts";
import { AccountResponse, ResponsePolicy } from "./settings.ts";

/** Whether everything is stopped, and by whom. */
const KillSwitch = z.object({ on: z.boolean() });

/** Milliseconds for which what was read counts: the kill switch has to be heard of soon. */
const KEPT = 15 * 1000;

/** Names of the parameters. */
export interface ParameterPlace {
  /** Of the settings of the response, without a slash at the end. */
  readonly settings: string;
  /** Of what accounts' baselines tell. */
  readonly accounts: string;
}

/** The settings as they are for the findings of one account. */
export interface Read {
  readonly policy: ResponsePolicy;
  readonly settings: ResponseSettings;
  /** Whose the account is and for what, where its baseline tells. */
  readonly owner: string | null;
  readonly environment: string | null;
}

/**
 * Reads what the organization and an account have set, from Systems Manager's parameters: GetParameters takes ten names, and tells which are not there
 * (its API reference). Throws where anything can't be read or understood, which is not the same as not being there: whoever decides then changes
 * nothing.
 */
export function settingsReader(
  ssm: SSMClient,
  organization: Organization,
  place: ParameterPlace,
  own: { readonly untouchable: readonly string[] },
  now: () => Date,
): (accountId: string) => Promise<Read> {
  const known = new Map<string, { readonly at: number; readonly value: Promise<Read> }>();
  const read = async (accountId: string): Promise<Read> => {
    const names = {
      policy: `${place.settings}/policy`,
      killSwitch: `${place.settings}/kill-switch`,
      account: `${place.accounts}/${accountId}`,
    };
    const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names: Object.values(names) }));
    const parameter = (name: string): unknown => {
      const text = Parameters.find(({ Name }) => Name === name)?.Value;
      return text === undefined ? undefined : JSON.parse(text);
    };
    // Without a policy nothing was deployed that could be gone by.
    const policy = ResponsePolicy.parse(parameter(names.policy));
    const killed = KillSwitch.parse(parameter(names.killSwitch) ?? { on: false }).on;
    const { owner = null, environment = null, remediations } = AccountResponse.parse(parameter(names.account) ?? {});
    const { modes, caps, attempts, freezes, acceptedRisks } = policy;
    const isObserved = policy.observeUntil !== undefined && now().getTime() < Date.parse(policy.observeUntil);
    return {
      ...{ policy, owner, environment },
      settings: {
        killed,
        modes: isObserved ? observed(modes) : modes,
        accounts: {
          [accountId]: Object.fromEntries(
            Object.entries(remediations).map(([name, { atLeast, offUntil }]) => [
              name,
              {
                ...(atLeast === undefined || isObserved ? {} : { atLeast }),
                ...(offUntil === undefined ? {} : { offUntil }),
              },
            ]),
          ),
        },
        units: { [accountId]: await organization.unitsAbove(accountId) },
        ...{ freezes, acceptedRisks, caps, attempts },
        protected: [...own.untouchable, ...policy.protected],
      },
    };
  };
  return (accountId) => {
    const kept = known.get(accountId);
    if (kept !== undefined && now().getTime() - kept.at < KEPT) return kept.value;
    const value = read(accountId);
    known.set(accountId, { at: now().getTime(), value });
    value.catch(() => known.delete(accountId));
    return value;
  };
}

/** Nothing further than to observe; what is off stays off. */
function observed(modes: ResponseSettings["modes"]): ResponseSettings["modes"] {
  return Object.fromEntries(
    Object.entries(modes).map(([name, mode]) => [name, mode === "off" ? "off" : ("observe" as const)]),
  );
}
