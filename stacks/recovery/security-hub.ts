import { ListFindingAggregatorsCommand, SecurityHubClient } from "@aws-sdk/client-securityhub";
import { clientSettings, type Reading, reader } from "../inventory/reading.ts";

/** The ARN of the account's finding aggregator; AWS allows one (Security Hub API, CreateFindingAggregator). */
export async function findFindingAggregator(reading: Reading, region: string): Promise<string | undefined> {
  const client = new SecurityHubClient(clientSettings(reading, region));
  const { find } = reader(reading, region, "the finding aggregator");
  try {
    const answer = await find(
      "securityhub:ListFindingAggregators",
      () => client.send(new ListFindingAggregatorsCommand({})),
      // So Security Hub answers where it is not switched on.
      ["InvalidAccessException", "ResourceNotFoundException"],
    );
    return answer?.FindingAggregators?.[0]?.FindingAggregatorArn;
  } finally {
    client.destroy();
  }
}
