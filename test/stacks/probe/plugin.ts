// A provider plugin for the tests of stack runs: its "cloud" is a folder of JSON files, one per resource, so that a test
// can look at, change and count what a run really did, make a call slow, or make it fail with a text of its choice.
import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import provider from "@pulumi/pulumi/provider/index.js";

interface Item {
  world: string;
  value?: unknown;
  immutable?: string;
  region?: string;
  sleepMs?: number;
  /** Waits until the test releases it. */
  hold?: boolean;
  sleepOnDeleteMs?: number;
  /** May name the token and the run's AWS sessions, which the plugin then repeats: `{token}`, `{sessions}`. */
  error?: string;
  errorOnDelete?: string;
  token?: string | { readonly value: string };
}

const nameOf = (urn: string): string => urn.split("::").at(-1) ?? urn;
const fileOf = (world: string, id: string): string => join(world, `${id}.json`);
// A replacement lives beside what it replaces.
const idOf = (urn: string, { immutable }: Item): string => [nameOf(urn), immutable].filter(Boolean).join("-");

async function journal(world: string, entry: Record<string, unknown>): Promise<void> {
  await mkdir(world, { recursive: true });
  await appendFile(join(world, "journal.ndjson"), `${JSON.stringify({ ...entry, pid: process.pid })}\n`);
}

async function told(text: string, item: Item): Promise<string> {
  // A secret comes in a wrapping of Pulumi's.
  const token = typeof item.token === "object" ? item.token.value : (item.token ?? "");
  const sessions = await readFile(process.env.AWS_SHARED_CREDENTIALS_FILE ?? "", "utf8").catch(() => "");
  return text
    .replaceAll("{token}", token)
    .replaceAll("{json}", JSON.stringify(token))
    .replaceAll("{uri}", encodeURIComponent(token))
    .replaceAll("{sessions}", sessions);
}

async function write(urn: string, id: string, verb: string, item: Item): Promise<Item> {
  const name = nameOf(urn);
  await journal(item.world, { verb, name, phase: "begin" });
  if (item.sleepMs) await delay(item.sleepMs);
  while (item.hold && !existsSync(join(item.world, "released"))) await delay(20);
  if (item.error) throw new Error(await told(item.error, item));
  await writeFile(fileOf(item.world, id), JSON.stringify(item));
  await journal(item.world, { verb, name, phase: "end" });
  return item;
}

// The engine expects a plugin to go when the engine has gone.
process.stdin.resume();
const parent = process.ppid;
setInterval(() => process.ppid === parent || process.exit(0), 200).unref();

await provider.main(
  {
    version: "1.0.0",
    schema: JSON.stringify({ name: "probe", version: "1.0.0" }),
    async check(_urn, _olds, news) {
      return { inputs: news };
    },
    async diff(_id, _urn, olds: Item, news: Item) {
      const changed = (Object.keys({ ...olds, ...news }) as (keyof Item)[]).filter(
        (key) => JSON.stringify(olds[key]) !== JSON.stringify(news[key]),
      );
      return { changes: changed.length > 0, replaces: changed.filter((key) => key === "immutable") };
    },
    async create(urn, inputs: Item) {
      const id = idOf(urn, inputs);
      return { id, outs: await write(urn, id, "create", inputs) };
    },
    async update(id, urn, _olds, news: Item) {
      return { outs: await write(urn, id, "update", news) };
    },
    async read(id, _urn, props?: Item) {
      if (!props?.world) return { id, props };
      const live = await readFile(fileOf(props.world, id), "utf8").catch(() => undefined);
      if (live === undefined) return { id: "", props: {} };
      const state = JSON.parse(live) as Item;
      return { id, props: state, inputs: state };
    },
    async delete(id, urn, props: Item) {
      await journal(props.world, { verb: "delete", name: nameOf(urn), phase: "begin" });
      if (props.sleepOnDeleteMs) await delay(props.sleepOnDeleteMs);
      if (props.errorOnDelete) throw new Error(await told(props.errorOnDelete, props));
      await rm(fileOf(props.world, id), { force: true });
      await journal(props.world, { verb: "delete", name: nameOf(urn), phase: "end" });
    },
  },
  process.argv.slice(2),
);
