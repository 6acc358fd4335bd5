import { CreateAccountCommand, OrganizationsClient } from "@aws-sdk/client-organizations";
import type { Client, Operation, OperationEvent } from "./client.ts";
import { extendAccount } from "./extension.ts";
import type { AccessKey } from "./identities.ts";
import { untilAccountsAreReady } from "./readiness.ts";
import type { Stage } from "./response/incidents.ts";
import { playScenes, scenesOf, tellScenes } from "./response/response.ts";
import { type Screen, seconds, table } from "./screen.ts";
import { createTally, type Tally } from "./services.ts";

/** Accounts that exist before Bulwark comes, and what is in them. */
const EXISTING = [
  { accountId: "100000000001", note: "has no security services yet" },
  { accountId: "100000000002", note: "has a GuardDuty detector, which is adopted" },
  { accountId: "100000000003", note: "has enabled an opt-in region: three regions" },
];

/** The account whose baseline is shown in full, and whose team extends it: the one with the most regions. */
const shown = "100000000003";

/** How long the new account may take from CreateAccount to its operation: its event, the queue, the consumer. */
const EVENT_MS = 60_000;

export interface Story {
  readonly client: Client;
  readonly screen: Screen;
  /** What the core accounts are for, by their ids. */
  readonly coreAccounts: Readonly<Record<string, string>>;
  readonly aws: { readonly endpoint: string; readonly administrator: AccessKey };
  /** What incidents are watched with. */
  readonly stage: Stage;
  readonly signal: AbortSignal;
}

interface Row {
  readonly account: string;
  readonly came: string;
  readonly status: string;
  readonly resources: string;
  readonly seconds: string;
}

/** Plays the demo's story and prints its table. Answers whether everything succeeded. */
export async function runStory(story: Story): Promise<boolean> {
  const { client, screen, signal } = story;
  const scenes = scenesOf(story.stage);
  const admin = await client.post<Operation>("/admin/deployments", {});
  const inCoreAccounts = createTally();
  const inMember = createTally();
  const [adminRow] = await Promise.all([
    follow(story, admin, "admin stack", "POST /admin/deployments", inCoreAccounts),
    ...scenes.map((scene) => scene.prepare()),
  ]);
  const rows = [adminRow];
  if (rows[0]?.status === "succeeded") {
    const existing = EXISTING.map(async ({ accountId, note }) => {
      const operation = await client.post<Operation>("/accounts", { accountId });
      screen.say(`POST /accounts {"accountId":"${accountId}"}  accepted as ${operation.id}  (${note})`);
      const tally = accountId === shown ? inMember : undefined;
      return follow(story, operation, `account ${accountId}`, "POST /accounts", tally);
    });
    rows.push(...(await Promise.all([...existing, newAccount(story)])));
  }
  screen.say(
    `\n${table(
      ["account", "how it came", "status", "resources", "seconds"],
      rows.map((row) => [row.account, row.came, row.status, row.resources, row.seconds]),
    )}`,
  );
  if (rows.length !== 1 + EXISTING.length + 1 || rows.some(({ status }) => status !== "succeeded")) return false;
  screen.say(`\nresources of the admin stack, by service and region\n\n${inCoreAccounts.table(story.coreAccounts)}`);
  screen.say(`\nresources of the baseline of account ${shown}, by service and region\n\n${inMember.table()}\n`);
  const played = playScenes(scenes, screen, signal);
  const ready = await untilAccountsAreReady(story);
  const extended = await extendAccount(story, shown);
  return tellScenes(await played, screen) && extended && ready;
}

async function follow(story: Story, operation: Operation, label: string, came: string, tally?: Tally): Promise<Row> {
  const line = story.screen.line(label);
  let steps = 0;
  const end = await story.client.follow(
    operation.id,
    (event) => {
      tally?.add(event);
      if (event.type === "step" && event.data.status === "succeeded") steps += 1;
      line.update(progress(event, steps));
    },
    story.signal,
  );
  const took = seconds(Date.parse(end.createdAt), Date.parse(end.finishedAt ?? new Date().toISOString()));
  const remedy = end.error?.remedy === undefined ? "" : ` ${end.error.remedy}`;
  line.done(
    end.status === "succeeded"
      ? `succeeded: ${end.result?.resources ?? "?"} resources`
      : `${end.status}: ${end.error?.detail ?? ""}${remedy}`,
  );
  return {
    account: label.replace(/^account /, ""),
    came,
    status: end.status,
    resources: String(end.result?.resources ?? ""),
    seconds: took.replace(" s", ""),
  };
}

function progress(event: OperationEvent, steps: number): string {
  const { message, name, resourceType, op } = event.data as Record<string, string | undefined>;
  if (event.type === "step") return `${steps} done  ${op ?? ""} ${resourceType ?? ""} ${name ?? ""}`;
  return `${steps} done  ${message ?? event.type}`;
}

/** A new account, made in AWS Organizations by its administrator: the service hears of it by its event alone. */
async function newAccount(story: Story): Promise<Row> {
  const { client, screen } = story;
  const organizations = new OrganizationsClient({
    endpoint: story.aws.endpoint,
    region: "us-east-1",
    credentials: story.aws.administrator,
  });
  const AccountName = "settlement-reporting";
  await organizations.send(new CreateAccountCommand({ AccountName, Email: `${AccountName}@clearing.example.com` }));
  screen.say(`organizations:CreateAccount ${AccountName}  (no call to the service)`);
  const waiting = screen.line(`account ${AccountName}`);
  waiting.update("waiting for its event");
  const deadline = Date.now() + EVENT_MS;
  while (Date.now() < deadline) {
    story.signal.throwIfAborted();
    const { items } = await client.get<{ items: readonly Operation[] }>("/operations?kind=onboard&limit=100");
    const known = new Set(EXISTING.map(({ accountId }) => accountId));
    const operation = items.find(({ target }) => target.accountId !== undefined && !known.has(target.accountId));
    if (operation !== undefined) {
      const { accountId } = operation.target;
      waiting.done(`is account ${accountId}; its event started ${operation.id}`);
      return follow(story, operation, `account ${accountId}`, "event CreateAccountResult");
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  waiting.done(`no operation within ${EVENT_MS / 1000} s`);
  return { account: AccountName, came: "event CreateAccountResult", status: "not seen", resources: "", seconds: "" };
}
