import { DescribeRuleCommand, EventBridgeClient, ListTagsForResourceCommand } from "@aws-sdk/client-eventbridge";
import type { Sought } from "../../programs/recovery/sought.ts";
import { clientSettings, type Reading, reader } from "../inventory/reading.ts";
import { isTagged } from "./tags.ts";

/** The rule with the wanted name and tags, by the provider's id: `<bus>/<rule>`, without the bus where it is the default one. */
export async function findRule(reading: Reading, region: string, sought: Sought): Promise<string | undefined> {
  const { name: Name, eventBusName = "default" } = sought.inputs;
  if (typeof Name !== "string" || typeof eventBusName !== "string") return undefined;
  const client = new EventBridgeClient(clientSettings(reading, region));
  const { find, need } = reader(reading, region, `the rule ${Name}`);
  try {
    const rule = await find(
      "events:DescribeRule",
      () => client.send(new DescribeRuleCommand({ Name, EventBusName: eventBusName })),
      ["ResourceNotFoundException"],
    );
    if (rule?.Arn === undefined) return undefined;
    const { Tags = [] } = await need("events:ListTagsForResource", () =>
      client.send(new ListTagsForResourceCommand({ ResourceARN: rule.Arn })),
    );
    const tags = Object.fromEntries(Tags.map(({ Key = "", Value }) => [Key, Value]));
    if (!isTagged(sought, tags)) return undefined;
    return eventBusName === "default" ? Name : `${eventBusName}/${Name}`;
  } finally {
    client.destroy();
  }
}
