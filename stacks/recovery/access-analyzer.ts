import { AccessAnalyzerClient, GetAnalyzerCommand } from "@aws-sdk/client-accessanalyzer";
import type { Sought } from "../../programs/recovery/sought.ts";
import { clientSettings, type Reading, reader } from "../inventory/reading.ts";
import { isTagged } from "./tags.ts";

/** The analyzer with the wanted name and tags; its name is its id. */
export async function findAnalyzer(reading: Reading, region: string, sought: Sought): Promise<string | undefined> {
  const { analyzerName } = sought.inputs;
  if (typeof analyzerName !== "string") return undefined;
  const client = new AccessAnalyzerClient(clientSettings(reading, region));
  const { find } = reader(reading, region, `the analyzer ${analyzerName}`);
  try {
    const answer = await find(
      "access-analyzer:GetAnalyzer",
      () => client.send(new GetAnalyzerCommand({ analyzerName })),
      ["ResourceNotFoundException"],
    );
    return answer !== undefined && isTagged(sought, answer.analyzer?.tags) ? analyzerName : undefined;
  } finally {
    client.destroy();
  }
}
