import { unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { boolean, type InputsOf, map, number, output, set, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asPairs, fromPairs, tagChanges, tagFields } from "../../provider/tags.ts";
import { type Alarm, monitoringClient } from "./monitoring-client.ts";

/** Alarms on one metric; those on expressions and anomalies have properties that are not here. */
const properties = {
  name: string({ replaces: true, naming: { length: 255 } }),
  alarmDescription: string(),
  actionsEnabled: boolean({ default: true }),
  alarmActions: set(string()),
  okActions: set(string()),
  insufficientDataActions: set(string()),
  namespace: string(),
  metricName: string(),
  dimensions: map(),
  statistic: string(),
  extendedStatistic: string(),
  unit: string(),
  comparisonOperator: string(),
  threshold: number(),
  period: number(),
  evaluationPeriods: number(),
  datapointsToAlarm: number(),
  treatMissingData: string({ default: "missing" }),
  evaluateLowSampleCountPercentiles: string({ computed: true }),
  ...tagFields,
  arn: output(string()),
};

type Inputs = InputsOf<typeof properties>;

function alarmOf(inputs: Inputs): Alarm {
  return {
    AlarmName: inputs.name,
    AlarmDescription: inputs.alarmDescription,
    ActionsEnabled: inputs.actionsEnabled,
    AlarmActions: inputs.alarmActions,
    OKActions: inputs.okActions,
    InsufficientDataActions: inputs.insufficientDataActions,
    Namespace: inputs.namespace,
    MetricName: inputs.metricName,
    Dimensions: Object.entries(inputs.dimensions ?? {}).map(([Name, Value]) => ({ Name, Value })),
    Statistic: inputs.statistic,
    ExtendedStatistic: inputs.extendedStatistic,
    Unit: inputs.unit,
    ComparisonOperator: inputs.comparisonOperator,
    // Zero is a threshold; the engine gives it as such.
    Threshold: inputs.threshold ?? 0,
    Period: inputs.period,
    EvaluationPeriods: inputs.evaluationPeriods,
    DatapointsToAlarm: inputs.datapointsToAlarm,
    TreatMissingData: inputs.treatMissingData,
    EvaluateLowSampleCountPercentile: inputs.evaluateLowSampleCountPercentiles,
  };
}

async function alarmNamed(place: Place, name: string): Promise<Alarm | undefined> {
  const monitoring = await place.client(monitoringClient);
  const { MetricAlarms = [] } = await monitoring.describeAlarms({ AlarmNames: [name] });
  return MetricAlarms.find(({ AlarmName }) => AlarmName === name);
}

export const metricAlarm = resource({
  title: "CloudWatch Metric Alarm",
  properties,
  label: (inputs) => inputs.name,
  async create(place, inputs) {
    const monitoring = await place.client(monitoringClient);
    await monitoring.putMetricAlarm({ ...alarmOf(inputs), Tags: asPairs(inputs.tagsAll) });
    return inputs.name ?? "";
  },
  async read(place, id) {
    const found = await alarmNamed(place, id);
    if (!found) return undefined;
    const monitoring = await place.client(monitoringClient);
    const { Tags } = await monitoring.listTagsForResource({ ResourceARN: found.AlarmArn });
    return {
      name: found.AlarmName,
      alarmDescription: found.AlarmDescription,
      actionsEnabled: found.ActionsEnabled,
      alarmActions: found.AlarmActions,
      okActions: found.OKActions,
      insufficientDataActions: found.InsufficientDataActions,
      namespace: found.Namespace,
      metricName: found.MetricName,
      dimensions: Object.fromEntries((found.Dimensions ?? []).map(({ Name, Value }) => [Name, Value])),
      statistic: found.ExtendedStatistic ? undefined : found.Statistic,
      extendedStatistic: found.ExtendedStatistic ?? undefined,
      unit: found.Unit ?? undefined,
      comparisonOperator: found.ComparisonOperator,
      threshold: found.Threshold,
      period: found.Period,
      evaluationPeriods: found.EvaluationPeriods,
      datapointsToAlarm: found.DatapointsToAlarm ?? undefined,
      treatMissingData: found.TreatMissingData ?? "missing",
      evaluateLowSampleCountPercentiles: found.EvaluateLowSampleCountPercentile,
      tagsAll: fromPairs(Tags),
      arn: found.AlarmArn,
    };
  },
  async update(place, _id, inputs, changed, prior) {
    const monitoring = await place.client(monitoringClient);
    const onlyTags = [...changed].every((name) => name === "tags" || name === "tagsAll");
    // Putting an alarm that is there leaves its tags alone.
    if (!onlyTags) await monitoring.putMetricAlarm(alarmOf(inputs));
    const ResourceARN = prior.arn;
    const tags = tagChanges(prior.tagsAll, inputs.tagsAll);
    if (tags.remove.length > 0) await monitoring.untagResource({ ResourceARN, TagKeys: tags.remove });
    if (Object.keys(tags.set).length > 0) await monitoring.tagResource({ ResourceARN, Tags: asPairs(tags.set) });
  },
  async delete(place, id) {
    const monitoring = await place.client(monitoringClient);
    await unless(monitoring.deleteAlarms({ AlarmNames: [id] }), "ResourceNotFound", "ResourceNotFoundException");
  },
});
