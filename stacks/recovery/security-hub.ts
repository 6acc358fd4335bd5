import {
  ListAutomationRulesCommand,
  ListFindingAggregatorsCommand,
  ListTagsForResourceCommand,
  paginateGetInsights,
  paginateListConfigurationPolicies,
  SecurityHubClient,
} from "@aws-sdk/client-securityhub";
import type { Sought } from "../../programs/recovery/sought.ts";
import { clientSettings, type Reading, reader } from "../inventory/reading.ts";
import { isTagged } from "./tags.ts";

/** So Security Hub answers where it is not switched on. */
const OFF = ["InvalidAccessException", "ResourceNotFoundException"];

/** The ARN of the account's finding aggregator; AWS allows one (Security Hub API, CreateFindingAggregator). */
export async function findFindingAggregator(reading: Reading, region: string): Promise<string | undefined> {
  const client = new SecurityHubClient(clientSettings(reading, region));
  const { find } = reader(reading, region, "the finding aggregator");
  try {
    const answer = await find(
      "securityhub:ListFindingAggregators",
      () => client.send(new ListFindingAggregatorsCommand({})),
      OFF,
    );
    return answer?.FindingAggregators?.[0]?.FindingAggregatorArn;
  } finally {
    client.destroy();
  }
}

/** The ARN of the automation rule with the wanted name and tags: two rules may have one name. */
export async function findAutomationRule(
  reading: Reading,
  region: string,
  sought: Sought,
): Promise<string | undefined> {
  const client = new SecurityHubClient(clientSettings(reading, region));
  const { find, need } = reader(reading, region, "the automation rules");
  const list = async () => {
    const arns: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await client.send(new ListAutomationRulesCommand({ NextToken }));
      for (const { RuleArn, RuleName } of page.AutomationRulesMetadata ?? []) {
        if (RuleArn !== undefined && RuleName === sought.inputs.ruleName) arns.push(RuleArn);
      }
      NextToken = page.NextToken;
    } while (NextToken);
    return arns;
  };
  try {
    for (const ResourceArn of (await find("securityhub:ListAutomationRules", list, OFF)) ?? []) {
      const { Tags } = await need("securityhub:ListTagsForResource", () =>
        client.send(new ListTagsForResourceCommand({ ResourceArn })),
      );
      if (isTagged(sought, Tags)) return ResourceArn;
    }
    return undefined;
  } finally {
    client.destroy();
  }
}

/** The ARN of the insight with the wanted name that no other resource of the stack is: an insight has no tags. */
export async function findInsight(
  reading: Reading,
  region: string,
  sought: Sought,
  known: ReadonlySet<string>,
): Promise<string | undefined> {
  const client = new SecurityHubClient(clientSettings(reading, region));
  const { find } = reader(reading, region, "the insights");
  const list = async () => {
    for await (const page of paginateGetInsights({ client }, {})) {
      const insight = page.Insights?.find(
        ({ InsightArn, Name }) => Name === sought.inputs.name && !known.has(InsightArn ?? ""),
      );
      if (insight?.InsightArn !== undefined) return insight.InsightArn;
    }
    return undefined;
  };
  try {
    return await find("securityhub:GetInsights", list, OFF);
  } finally {
    client.destroy();
  }
}

/** The id of the configuration policy with the wanted name: an organization has one of a name. */
export async function findConfigurationPolicy(
  reading: Reading,
  region: string,
  sought: Sought,
): Promise<string | undefined> {
  const client = new SecurityHubClient(clientSettings(reading, region));
  const { find } = reader(reading, region, "the configuration policies");
  const list = async () => {
    for await (const page of paginateListConfigurationPolicies({ client }, {})) {
      const policy = page.ConfigurationPolicySummaries?.find(({ Name }) => Name === sought.inputs.name);
      if (policy?.Id !== undefined) return policy.Id;
    }
    return undefined;
  };
  try {
    return await find("securityhub:ListConfigurationPolicies", list, OFF);
  } finally {
    client.destroy();
  }
}
