import type { AwsSecurityFindingFilters } from "@aws-sdk/client-securityhub";
import { unless } from "../../provider/errors.ts";
import { block, output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { absent, securityHubClient } from "./client.ts";
import { filterFields, filtersFromAws, filtersToAws } from "./finding-filters.ts";
import { insightFilterNames } from "./insight-filter-names.ts";

export const insight = resource({
  title: "Security Hub Insight",
  properties: {
    filters: block(filterFields(insightFilterNames, "string"), { required: true }),
    groupByAttribute: string({ required: true }),
    name: string({ naming: { length: 255 } }),
    arn: output(string()),
  },
  label: (inputs) => inputs.name,
  async create(place, inputs) {
    const hub = await place.client(securityHubClient);
    const { InsightArn } = await hub.createInsight({
      Filters: filtersToAws(insightFilterNames, inputs.filters) as AwsSecurityFindingFilters,
      GroupByAttribute: inputs.groupByAttribute,
      Name: inputs.name,
    });
    return InsightArn ?? "";
  },
  async read(place, id) {
    const hub = await place.client(securityHubClient);
    const found = (await unless(hub.getInsights({ InsightArns: [id] }), ...absent))?.Insights?.[0];
    return (
      found && {
        filters: filtersFromAws(insightFilterNames, "string", found.Filters ?? {}),
        groupByAttribute: found.GroupByAttribute,
        name: found.Name,
        arn: found.InsightArn,
      }
    );
  },
  async update(place, id, inputs, changed) {
    const hub = await place.client(securityHubClient);
    await hub.updateInsight({
      InsightArn: id,
      Name: inputs.name,
      ...(changed.has("filters")
        ? { Filters: filtersToAws(insightFilterNames, inputs.filters) as AwsSecurityFindingFilters }
        : {}),
      ...(changed.has("groupByAttribute") ? { GroupByAttribute: inputs.groupByAttribute } : {}),
    });
  },
  async delete(place, id) {
    const hub = await place.client(securityHubClient);
    await unless(hub.deleteInsight({ InsightArn: id }), ...absent);
  },
});
