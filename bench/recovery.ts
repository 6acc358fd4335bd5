import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, createClient } from "../demo/client.ts";
import { type Organization, repository, token } from "./organization.ts";
import { SERVICE_ARGUMENTS, serviceCache } from "./service.ts";

/** Seconds from the `kill -9` of a service to the next attempt at an operation that it was doing, and to the operation's end. */
export interface Recovered {
  readonly how: "another service lived" | "the service was started again";
  readonly pickedUpSeconds: number;
  readonly endedSeconds: number;
}

interface Service {
  readonly client: Client;
  readonly process: ChildProcess;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Kills a service in the middle of runs, several times, in both ways to go on. The accounts must be deployed. */
export async function measureRecovery(
  organization: Organization,
  rounds: number,
  say: (line: string) => void,
): Promise<Recovered[]> {
  const found: Recovered[] = [];
  let number = 0;
  const start = () => startAlone(organization, join(organization.folder, `recovery-${++number}.log`));
  let alive = await start();
  try {
    for (let round = 0; round < rounds; round++) {
      const other = await start();
      found.push(...(await killAndFollow(organization, alive, async () => other, "another service lived")));
      say(`killed beside another: ${told(found)}`);
      const ending = other;
      alive = await restarted(organization, ending, start, found);
      say(`killed and started again: ${told(found)}`);
    }
    return found;
  } finally {
    await alive.stop();
  }
}

async function restarted(
  organization: Organization,
  dying: Service,
  start: () => Promise<Service>,
  found: Recovered[],
): Promise<Service> {
  let next: Service | undefined;
  const begin = async () => {
    next = await start();
    return next;
  };
  found.push(...(await killAndFollow(organization, dying, begin, "the service was started again")));
  if (next === undefined) throw new Error("the service was not started again");
  return next;
}

function told(found: readonly Recovered[]): string {
  const last = found.at(-1);
  return last === undefined
    ? "nothing ran"
    : `picked up after ${last.pickedUpSeconds.toFixed(1)} s, ended after ${last.endedSeconds.toFixed(1)} s`;
}

const ENDED = ["succeeded", "failed", "cancelled"];

interface Seen {
  readonly status: string;
  readonly attempt?: number;
}

async function killAndFollow(
  { accountIds }: Organization,
  dying: Service,
  successor: () => Promise<Service>,
  how: Recovered["how"],
): Promise<Recovered[]> {
  const operations: string[] = [];
  for (const accountId of accountIds.slice(0, 4)) {
    const asked = await dying.client.post<{ id: string }>(`/accounts/${accountId}/deployments`, { refresh: true });
    operations.push(asked.id);
  }
  const see = (client: Client, id: string) => client.get<Seen>(`/operations/${id}`);
  while ((await Promise.all(operations.map((id) => see(dying.client, id)))).filter(isRunning).length < 2) {
    await sleep(50);
  }
  // In the middle of a run, not in its preparation.
  await sleep(1_500);
  const before = await Promise.all(operations.map((id) => see(dying.client, id)));
  const killedAt = performance.now();
  await dying.kill();
  const { client } = await successor();
  const since = () => (performance.now() - killedAt) / 1000;
  const pickedUp = new Map<string, number>();
  const ended = new Map<string, number>();
  while (ended.size < operations.length) {
    for (const [index, id] of operations.entries()) {
      if (ended.has(id)) continue;
      const { status, attempt = 0 } = await see(client, id);
      if (attempt > (before[index]?.attempt ?? 0) && before[index]?.status === "running" && !pickedUp.has(id)) {
        pickedUp.set(id, since());
      }
      if (ENDED.includes(status)) ended.set(id, since());
    }
    await sleep(50);
  }
  return [...pickedUp].map(([id, pickedUpSeconds]) => ({ how, pickedUpSeconds, endedSeconds: ended.get(id) ?? 0 }));
}

function isRunning({ status }: Seen): boolean {
  return status === "running";
}

/** A service of which only its own process is killed: its database and its runs are left to themselves, as in a crash. */
async function startAlone(organization: Organization, logPath: string): Promise<Service> {
  const log = createWriteStream(logPath);
  const child = spawn(process.execPath, SERVICE_ARGUMENTS, {
    cwd: repository,
    env: organization.serviceEnvironment("changed", serviceCache),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  const exited = once(child, "exit");
  for (;;) {
    const text = await readFile(logPath, "utf8").catch(() => "");
    const url = /"url":"(http[^"]+)".*"msg":"serving"/.exec(text)?.[1];
    if (url !== undefined) {
      const end = async (signal: NodeJS.Signals) => {
        child.kill(signal);
        await exited;
      };
      return {
        client: createClient(url, token),
        process: child,
        kill: () => end("SIGKILL"),
        stop: () => end("SIGTERM"),
      };
    }
    if (child.exitCode !== null) throw new Error(`starting a service: it ended with ${child.exitCode}; see ${logPath}`);
    await sleep(25);
  }
}
