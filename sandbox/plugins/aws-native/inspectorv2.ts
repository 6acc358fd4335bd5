import type { CisScanConfiguration, CisSecurityLevel, Day, Schedule, Time } from "@aws-sdk/client-inspector2";
import { inspector2Client } from "../aws/inspector2/client.ts";
import { unless } from "../provider/errors.ts";
import type { Place } from "../provider/place.ts";
import { block, type InputsOf, list, map, mapOf, output, set, string } from "../provider/property.ts";
import { type ResourceTypes, resource } from "../provider/resource.ts";
import { asMap, tagChanges } from "../provider/tags.ts";

const startTime = block(
  { timeOfDay: string({ required: true }), timeZone: string({ required: true }) },
  { required: true },
);

const properties = {
  arn: output(string()),
  scanName: string({ required: true }),
  securityLevel: string({ required: true }),
  schedule: block(
    {
      oneTime: block({}),
      daily: block({ startTime }),
      weekly: block({ startTime, days: set(string(), { required: true }) }),
      monthly: block({ startTime, day: string({ required: true }) }),
    },
    { required: true },
  ),
  targets: block(
    {
      accountIds: set(string(), { required: true }),
      targetResourceTags: mapOf(list(string()), { required: true }),
    },
    { required: true },
  ),
  tags: map(),
};

type Inputs = InputsOf<typeof properties>;

/** CloudFormation says `timeZone` where Inspector says `timezone`. */
const toTime = ({ timeOfDay, timeZone }: { timeOfDay: string; timeZone: string }): Time => ({
  timeOfDay,
  timezone: timeZone,
});

const fromTime = (time: Time | undefined) => ({ timeOfDay: time?.timeOfDay ?? "", timeZone: time?.timezone ?? "" });

function toSchedule({ daily, weekly, monthly }: Inputs["schedule"]): Schedule {
  if (daily) return { daily: { startTime: toTime(daily.startTime) } };
  if (weekly) return { weekly: { startTime: toTime(weekly.startTime), days: weekly.days as Day[] } };
  if (monthly) return { monthly: { startTime: toTime(monthly.startTime), day: monthly.day as Day } };
  return { oneTime: {} };
}

function fromSchedule({ daily, weekly, monthly }: Schedule): Inputs["schedule"] {
  if (daily) return { daily: { startTime: fromTime(daily.startTime) } };
  if (weekly) return { weekly: { startTime: fromTime(weekly.startTime), days: weekly.days ?? [] } };
  if (monthly) return { monthly: { startTime: fromTime(monthly.startTime), day: monthly.day ?? "" } };
  return { oneTime: {} };
}

/** What create and update ask for alike. */
function asked({ scanName, securityLevel, schedule, targets }: Inputs) {
  const tags = Object.entries(targets.targetResourceTags).map(([key, values]) => [key, [...values]]);
  return {
    scanName,
    securityLevel: securityLevel as CisSecurityLevel,
    schedule: toSchedule(schedule),
    targets: { accountIds: [...targets.accountIds], targetResourceTags: Object.fromEntries(tags) },
  };
}

async function configurationOf(place: Place, arn: string): Promise<CisScanConfiguration | undefined> {
  const inspector = await place.client(inspector2Client);
  const scanConfigurationArnFilters = [{ comparison: "EQUALS" as const, value: arn }];
  const found = await inspector.listCisScanConfigurations({ filterCriteria: { scanConfigurationArnFilters } });
  return found.scanConfigurations?.[0];
}

/** The list tells account ids where SELF or ALL_ACCOUNTS was asked for: those words stay while they can be true. */
function accountIdsFrom(live: readonly string[], prior: readonly string[] | undefined, self: string) {
  const [word] = prior ?? [];
  const isTrue =
    word === "SELF" ? live.length === 1 && live[0] === self : word === "ALL_ACCOUNTS" && live.includes(self);
  return isTrue ? (prior ?? []) : live;
}

/** The real provider goes through Cloud Control; here its calls to Inspector are made directly. */
const cisScanConfiguration = resource({
  title: "AWS::InspectorV2::CisScanConfiguration",
  properties,
  label: (inputs) => inputs.scanName,
  async create(place, inputs) {
    const inspector = await place.client(inspector2Client);
    const made = await inspector.createCisScanConfiguration({ ...asked(inputs), tags: asMap(inputs.tags) });
    return made.scanConfigurationArn ?? "";
  },
  async read(place, id, prior) {
    const found = await configurationOf(place, id);
    const accountIds = found?.targets?.accountIds ?? [];
    return (
      found && {
        arn: id,
        scanName: found.scanName,
        securityLevel: found.securityLevel,
        schedule: found.schedule && fromSchedule(found.schedule),
        targets: {
          accountIds: accountIdsFrom(accountIds, prior.targets?.accountIds, place.accountId),
          targetResourceTags: found.targets?.targetResourceTags ?? {},
        },
        tags: found.tags ?? {},
      }
    );
  },
  async update(place, id, inputs, changed, prior) {
    const inspector = await place.client(inspector2Client);
    if ([...changed].some((name) => name !== "tags")) {
      await inspector.updateCisScanConfiguration({ ...asked(inputs), scanConfigurationArn: id });
    }
    const tags = tagChanges(prior.tags, inputs.tags);
    if (tags.remove.length > 0) await inspector.untagResource({ resourceArn: id, tagKeys: tags.remove });
    if (Object.keys(tags.set).length > 0) await inspector.tagResource({ resourceArn: id, tags: tags.set });
  },
  async delete(place, id) {
    const inspector = await place.client(inspector2Client);
    await unless(inspector.deleteCisScanConfiguration({ scanConfigurationArn: id }), "ResourceNotFoundException");
  },
});

export const inspectorV2: ResourceTypes = { "aws-native:inspectorv2:CisScanConfiguration": cisScanConfiguration };
