import { unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { block, boolean, type InputsOf, map, number, output, set, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asPairs, fromPairs, tagChanges, tagFields } from "../../provider/tags.ts";
import { type Alarm, monitoringClient } from "./monitoring-client.ts";

const metricQuery = block({
  id: string({ required: true }),
  expression: string(),
  label: string(),
  period: number(),
  returnData: boolean({ default: false }),
  metric: block({
    metricName: string({ required: true }),
    namespace: string(),
    dimensions: map(),
    period: number({ required: true }),
    stat: string({ required: true }),
    unit: string(),
  }),
});

/** Alarms on one metric or an expression; those on anomalies and on other accounts' metrics have properties that are not here. */
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
  metricQueries: set(metricQuery),
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

const asDimensions = (named: Readonly<Record<string, string>>) =>
  Object.entries(named).map(([Name, Value]) => ({ Name, Value }));
const fromDimensions = (pairs: Alarm["Dimensions"]) =>
  Object.fromEntries((pairs ?? []).map(({ Name, Value }) => [Name, Value]));

function queriesOf({ Metrics }: Alarm) {
  return Metrics?.map(({ MetricStat: of, ...query }) => ({
    ...{ id: query.Id, expression: query.Expression, label: query.Label, period: query.Period },
    returnData: query.ReturnData ?? true,
    metric: of && {
      ...{ metricName: of.Metric.MetricName, namespace: of.Metric.Namespace },
      dimensions: fromDimensions(of.Metric.Dimensions),
      ...{ period: of.Period, stat: of.Stat, unit: of.Unit },
    },
  }));
}

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
    Dimensions: inputs.dimensions && asDimensions(inputs.dimensions),
    Metrics: inputs.metricQueries?.map(({ metric, ...query }) => ({
      ...{ Id: query.id, Expression: query.expression, Label: query.label, Period: query.period },
      ReturnData: query.returnData,
      MetricStat: metric && {
        Metric: {
          Namespace: metric.namespace,
          MetricName: metric.metricName,
          Dimensions: asDimensions(metric.dimensions ?? {}),
        },
        ...{ Period: metric.period, Stat: metric.stat, Unit: metric.unit },
      },
    })),
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
      dimensions: fromDimensions(found.Dimensions),
      metricQueries: queriesOf(found),
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
