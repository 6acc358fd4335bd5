import type { CisTargets, ListCisScanConfigurationsFilterCriteria, Schedule, Time } from "@aws-sdk/client-inspector2";
import { invalid } from "./rejections.ts";

/** Throws `ValidationException` unless the schedule is exactly one of its four kinds, in a time zone that there is. */
export function checkSchedule(schedule: Schedule): void {
  const kinds = Object.values(schedule).filter((kind) => kind !== undefined);
  if (kinds.length !== 1) throw invalid("A schedule must have exactly one cadence", "FIELD_VALIDATION_FAILED");
  const [{ startTime } = {}] = kinds as { startTime?: Time }[];
  if (startTime?.timezone === undefined) return;
  try {
    new Intl.DateTimeFormat("en", { timeZone: startTime.timezone });
  } catch {
    throw invalid(`The time zone ${startTime.timezone} is not valid`, "FIELD_VALIDATION_FAILED");
  }
}

/**
 * Throws `ValidationException` for targets out of reach: an account may scan itself, and a delegated administrator its
 * members or ALL_ACCOUNTS.
 */
export function checkTargets(accountIds: readonly string[], owner: { accountId: string; members?: readonly string[] }) {
  const words = accountIds.filter((id) => !/^\d{12}$/.test(id));
  if (words.length > 0 && accountIds.length > 1) {
    throw invalid(`${words[0]} cannot be combined with other accounts`, "FIELD_VALIDATION_FAILED");
  }
  const reach = new Set(["SELF", owner.accountId, ...(owner.members ? ["ALL_ACCOUNTS", ...owner.members] : [])]);
  const beyond = accountIds.find((id) => !reach.has(id));
  if (beyond !== undefined) throw invalid(`The target account ${beyond} is not accessible`, "FIELD_VALIDATION_FAILED");
}

interface Filterable {
  readonly scanName?: string | undefined;
  readonly scanConfigurationArn: string | undefined;
  readonly targets?: CisTargets | undefined;
}

type TextFilters = ListCisScanConfigurationsFilterCriteria["scanNameFilters"];

/** One of the filters must hold, and every one that excludes. */
function holds(filters: TextFilters, text = ""): boolean {
  const excluding = (filters ?? []).filter(({ comparison }) => comparison === "NOT_EQUALS");
  const including = (filters ?? []).filter(({ comparison }) => comparison !== "NOT_EQUALS");
  return (
    excluding.every(({ value }) => value !== text) &&
    (including.length === 0 ||
      including.some(({ comparison, value = "" }) =>
        comparison === "PREFIX" ? text.startsWith(value) : text === value,
      ))
  );
}

/** Whether a configuration is among those that a list call asks for. */
export function isAskedFor(criteria: ListCisScanConfigurationsFilterCriteria, configuration: Filterable): boolean {
  const tags = criteria.targetResourceTagFilters ?? [];
  return (
    holds(criteria.scanNameFilters, configuration.scanName) &&
    holds(criteria.scanConfigurationArnFilters, configuration.scanConfigurationArn) &&
    (tags.length === 0 ||
      tags.some(({ key = "", value = "" }) => configuration.targets?.targetResourceTags?.[key]?.includes(value)))
  );
}
