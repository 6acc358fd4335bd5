import {
  type DescribeMaintenanceWindowsResult,
  type DescribePatchBaselinesResult,
  ListTagsForResourceCommand,
  paginateDescribeMaintenanceWindows,
  paginateDescribeMaintenanceWindowTargets,
  paginateDescribeMaintenanceWindowTasks,
  paginateDescribePatchBaselines,
  type ResourceTypeForTagging,
  SSMClient,
} from "@aws-sdk/client-ssm";
import type { Sought } from "../../programs/recovery/sought.ts";
import { clientSettings, type Reading, reader } from "../inventory/reading.ts";
import { isTagged } from "./tags.ts";

type Need = ReturnType<typeof reader>["need"];
type Search = (client: SSMClient, need: Need, name: string) => Promise<string | undefined>;

/** Looks for what has the wanted name in a region; to AWS, names are not unique here. */
async function search(reading: Reading, region: string, { inputs }: Sought, look: Search): Promise<string | undefined> {
  const { name } = inputs;
  if (typeof name !== "string") return undefined;
  const client = new SSMClient(clientSettings(reading, region));
  try {
    return await look(client, reader(reading, region, `${name} of Systems Manager`).need, name);
  } finally {
    client.destroy();
  }
}

/** The first of some ids that has the tags with which the sought thing was made. */
async function tagged(
  client: SSMClient,
  need: Need,
  ResourceType: ResourceTypeForTagging,
  ids: readonly string[],
  sought: Sought,
): Promise<string | undefined> {
  for (const ResourceId of ids) {
    const { TagList = [] } = await need("ssm:ListTagsForResource", () =>
      client.send(new ListTagsForResourceCommand({ ResourceType, ResourceId })),
    );
    if (isTagged(sought, Object.fromEntries(TagList.map(({ Key, Value }) => [Key, Value])))) return ResourceId;
  }
  return undefined;
}

/** The patch baseline with the wanted name and tags. */
export function findPatchBaseline(reading: Reading, region: string, sought: Sought, known: ReadonlySet<string>) {
  return search(reading, region, sought, async (client, need, name) => {
    const Filters = [
      { Key: "OWNER", Values: ["Self"] },
      { Key: "NAME_PREFIX", Values: [name] },
    ];
    const pages = await need("ssm:DescribePatchBaselines", () =>
      all<DescribePatchBaselinesResult>(paginateDescribePatchBaselines({ client }, { Filters })),
    );
    const found = pages.flatMap(({ BaselineIdentities = [] }) => BaselineIdentities);
    const ids = found.flatMap(({ BaselineId, BaselineName }) => (BaselineName === name && BaselineId) || []);
    const others = ids.filter((id) => !known.has(id));
    return tagged(client, need, "PatchBaseline", others, sought);
  });
}

/** The maintenance window with the wanted name and tags. */
export function findPatchWindow(reading: Reading, region: string, sought: Sought, known: ReadonlySet<string>) {
  return search(reading, region, sought, async (client, need, name) => {
    const Filters = [{ Key: "Name", Values: [name] }];
    const pages = await need("ssm:DescribeMaintenanceWindows", () =>
      all<DescribeMaintenanceWindowsResult>(paginateDescribeMaintenanceWindows({ client }, { Filters })),
    );
    const ids = pages.flatMap(({ WindowIdentities = [] }) =>
      WindowIdentities.flatMap(({ WindowId }) => WindowId ?? []),
    );
    const others = ids.filter((id) => !known.has(id));
    return tagged(client, need, "MaintenanceWindow", others, sought);
  });
}

/** The target or the task of the wanted name in the stack's own window, where nobody else makes any. */
export function findPatchWindowPart(reading: Reading, region: string, sought: Sought, known: ReadonlySet<string>) {
  const { windowId: WindowId } = sought.inputs;
  if (typeof WindowId !== "string") return Promise.resolve(undefined);
  return search(reading, region, sought, async (client, need, name) => {
    const isTask = sought.type.endsWith(":MaintenanceWindowTask");
    const parts = isTask
      ? (
          await need("ssm:DescribeMaintenanceWindowTasks", () =>
            all(paginateDescribeMaintenanceWindowTasks({ client }, { WindowId })),
          )
        ).flatMap(({ Tasks = [] }) => Tasks.map(({ Name, WindowTaskId }) => ({ Name, id: WindowTaskId })))
      : (
          await need("ssm:DescribeMaintenanceWindowTargets", () =>
            all(paginateDescribeMaintenanceWindowTargets({ client }, { WindowId })),
          )
        ).flatMap(({ Targets = [] }) => Targets.map(({ Name, WindowTargetId }) => ({ Name, id: WindowTargetId })));
    return parts.find(({ Name, id }) => Name === name && id !== undefined && !known.has(id))?.id;
  });
}

async function all<Page>(pages: AsyncIterable<Page>): Promise<Page[]> {
  const found: Page[] = [];
  for await (const page of pages) found.push(page);
  return found;
}
