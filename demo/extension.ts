import type { Client, Operation } from "./client.ts";
import type { Screen } from "./screen.ts";

/** What the account's team adds to its own baseline. */
const EXTENSION = {
  type: "configRule",
  name: "cost-centre",
  description: "Instances and databases say who pays for them",
  managed: { identifier: "REQUIRED_TAGS", parameters: { tag1Key: "cost-centre" } },
  scope: { resourceTypes: ["AWS::EC2::Instance", "AWS::RDS::DBInstance"] },
};

interface Extending {
  readonly client: Client;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

/** A team adds a rule of AWS Config to its account: declared, previewed, deployed. Answers whether that succeeded. */
export async function extendAccount({ client, screen, signal }: Extending, accountId: string): Promise<boolean> {
  const run = async (verb: "previews" | "deployments") => {
    const asked = await client.post<Operation>(`/accounts/${accountId}/${verb}`, {});
    const line = screen.line(`POST /accounts/${accountId}/${verb}`);
    const end = await client.follow(asked.id, () => undefined, signal);
    const { create = 0, update = 0, delete: deleted = 0, same = 0 } = end.changes ?? {};
    line.done(
      end.status === "succeeded"
        ? `${verb === "previews" ? "would create" : "created"} ${create}, ${update} updated, ${deleted} deleted, ${same} the same`
        : `${end.status}: ${end.error?.detail ?? ""}`,
    );
    return end.status === "succeeded";
  };
  await client.patch(`/accounts/${accountId}`, { extensions: [EXTENSION] });
  screen.say(`PATCH /accounts/${accountId}  its team adds the AWS Config rule "${EXTENSION.name}" in every region`);
  return (await run("previews")) && (await run("deployments"));
}
