import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Client, createClient } from "../demo/client.ts";
import { untilReady } from "../demo/parts.ts";
import type { Case } from "./cases.ts";
import { type Organization, repository, token, urlOf } from "./organization.ts";
import { type Command, type Supervised, supervise } from "./supervised.ts";

/** The service's real process with its database, being measured. */
export interface MeasuredService {
  readonly url: string;
  readonly client: Client;
  readonly process: Supervised;
}

/** How `make serve` starts the service; a test holds both together. */
export const SERVICE_ARGUMENTS = [
  "--max-semi-space-size=4",
  "--no-parallel-scavenge",
  "--heap-growing-percent=40",
  "api/main.ts",
];

/** Where compiled code is kept, as the Makefile says. */
export const serviceCache = { NODE_COMPILE_CACHE: join(repository, ".bulwark/cache/compiled") };

export interface ServiceOptions {
  /** More of its environment. */
  readonly extra?: Readonly<Record<string, string>>;
  readonly memory?: Command["memory"];
}

/** Starts the service on an organization's data, with the settings of a case. Resolves when it is ready. */
export async function startService(
  organization: Organization,
  python: string,
  of: Case,
  { extra = {}, memory = "all" }: ServiceOptions = {},
): Promise<MeasuredService> {
  const { folder, data } = organization;
  const logPath = join(folder, "service.log");
  await rm(join(data, "service.json"), { force: true });
  const argv = [process.execPath, ...SERVICE_ARGUMENTS];
  const env = organization.serviceEnvironment(of, { ...serviceCache, ...extra });
  const started = supervise(python, { argv, env, cwd: repository, logPath, memory });
  const ended = started.exited.then((code) => `exit code ${code}`);
  const part = { name: "service", logPath, stop: started.stop, ended };
  const url = await urlOf(part, data);
  await untilReady(part, `${url}/readyz`, 60_000);
  return { url, client: createClient(url, token), process: started };
}
