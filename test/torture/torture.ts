import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type AccountState, readAccount } from "../e2e/account-state.ts";
import { type Installation, install } from "./installation.ts";
import { embeddedDatabaseOf, type Observer, observe, type SeenAttempt, type SeenRun } from "./observer.ts";
import { leftovers } from "./promises/leftovers.ts";
import { brokenOperations } from "./promises/operations.ts";
import { unaccounted, wrongMembers } from "./promises/resources.ts";
import { runsOutOfOrder, trespassingCalls, watchEngines } from "./promises/writers.ts";
import type { Random } from "./random.ts";
import { clearCalls, readCalls } from "./sandbox-calls.ts";
import { type Blow, type Kill, planBlows, storm } from "./storm.ts";
import { startWorkload, type Workload } from "./workload.ts";

export interface TortureOptions {
  readonly random: Random;
  readonly kills: number;
  /** See `planBlows`. */
  readonly dear?: number;
  /** Kills after which everything comes to rest and is looked at. */
  readonly killsPerStorm: number;
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  /** See `InstallationOptions`. */
  readonly features?: object;
  readonly leaseSeconds: number;
  readonly tell: (line: string) => void;
  /** No further storm begins after this time. */
  readonly until?: number;
}

/** What a torture has found. */
export interface Findings {
  readonly kills: readonly Kill[];
  readonly runs: readonly SeenRun[];
  readonly attempts: readonly SeenAttempt[];
  readonly operations: readonly { readonly id: string; readonly attempt: number; readonly finishedAt: Date }[];
  /** Promises that were broken; none, one hopes. */
  readonly broken: readonly string[];
}

/** Kills what there is while it works, and looks from outside what came of it. Leaves nothing behind. */
export async function torture(options: TortureOptions): Promise<Findings> {
  const { random, accounts, regions, leaseSeconds, tell } = options;
  const restarts = random.branch("restarts");
  const installation = await install({
    regions,
    ...(options.features === undefined ? {} : { features: options.features }),
    leaseSeconds,
    services: 2,
    concurrency: 1,
    restartAfterMs: () => restarts.between(300, 2_000),
  });
  const kills: Kill[] = [];
  const broken: string[] = [];
  const report = (where: string, found: readonly string[]) => {
    for (const line of found) tell(`BROKEN (${where}): ${line.replaceAll("\n", " ")}`);
    broken.push(...found.map((line) => `${where}: ${line.replaceAll("\n", " ")}`));
  };
  let observer: Observer | undefined;
  let findings: Pick<Findings, "runs" | "attempts" | "operations"> | undefined;
  try {
    tell(`installed in ${installation.folder}`);
    observer = await observe(await embeddedDatabaseOf(installation.data));
    findings = await stormAndLook(options, installation, observer, report);
    const states = await Promise.all(installation.services.map((service) => service.log()));
    report("logs", states.flatMap(unexpectedLines));
  } catch (error) {
    report("the torture itself", [error instanceof Error ? (error.stack ?? error.message) : String(error)]);
  } finally {
    if (broken.length > 0) {
      const events = await observer?.rows("select * from operation_events order by at").catch(() => []);
      const kept = await installation.keepLogs(String(random.seed));
      await writeFile(join(kept, "events.jsonl"), (events ?? []).map((event) => JSON.stringify(event)).join("\n"));
      tell(`the logs are in ${kept}`);
    }
    await observer?.close();
    const { left, endings } = await installation.close();
    report(
      "after the end",
      left.map((line) => `a process is left: ${line}`),
    );
    report(
      "after the end",
      endings.filter((how) => how !== "exit code 0").map((how) => `a service ended with ${how}`),
    );
  }
  return { runs: [], attempts: [], operations: [], ...findings, kills, broken };

  async function stormAndLook(
    { kills: wanted, killsPerStorm }: TortureOptions,
    at: Installation,
    seen: Observer,
    complain: typeof report,
  ): Promise<Pick<Findings, "runs" | "attempts" | "operations">> {
    const before = new Map<string, AccountState>();
    for (const accountId of accounts) before.set(accountId, await readAccount(at.root, accountId, regions));
    await clearCalls(at.aws);
    const engines = watchEngines(seen, at.folder);
    const plan = { count: wanted, ...(options.dear === undefined ? {} : { dear: options.dear }) };
    const ofStorm = random.branch("storm");
    const strike = (blows: readonly Blow[], isOver = () => false) =>
      storm({ installation: at, observer: seen, random: ofStorm, tell, isOver }, blows, kills);

    // The admin stack first, which every account needs: it is killed while it is made.
    const ofAdmin = Math.max(2, Math.round(wanted * 0.12));
    const admin = await at.client.accepted("POST", "/admin/deployments", {});
    if (admin === undefined) throw new Error("the deployment of the admin stack was refused");
    const whileMade = { count: ofAdmin, only: ["call made", "in the checkpoint", "at random"] as const };
    let made = false;
    const ending = at.client.ended(admin.id).finally(() => {
      made = true;
    });
    await strike(planBlows({ ...plan, ...whileMade }, random), () => made);
    const ended = await ending;
    if (ended.status !== "succeeded") {
      complain("the admin stack", [`its deployment ended ${ended.status}: ${JSON.stringify(ended.error)}`]);
      await at.client.ended((await at.client.accepted("POST", "/admin/deployments", { refresh: true }))?.id ?? "");
    }
    tell(`the admin stack is deployed: ${ended.status}, attempt ${ended.attempt}`);

    const workload = startWorkload(at, accounts, random.branch("workload"), regions[0] ?? "us-east-1");
    const planned = planBlows(plan, random);
    try {
      while (kills.length < wanted && Date.now() < (options.until ?? Number.POSITIVE_INFINITY)) {
        workload.resume();
        const count = Math.min(killsPerStorm, wanted - kills.length);
        await strike(planned.splice(0, count));
        if (planned.length === 0) planned.push(...planBlows(plan, random));
        await workload.pause();
        await look(`after ${kills.length} kills`, workload);
      }
    } finally {
      await Promise.race([workload.stop(), sleep(240_000, undefined, { ref: false })]);
    }
    complain("requests", workload.complaints);
    await atRest(workload);
    await engines.stop();
    complain("two engines", engines.found);
    const operations = await seen.rows<{ id: string; attempt: number; finishedAt: Date }>(
      `select id, attempt, finished_at as "finishedAt" from operations`,
    );
    return { runs: await seen.seenRuns(), attempts: await seen.seenAttempts(), operations };

    /** Everything has come to rest: is it as promised? */
    async function look(where: string, { accepted }: Workload): Promise<void> {
      complain(where, await brokenOperations(at, seen, accepted));
      complain(where, await leftovers(at, seen));
      const runs = await seen.seenRuns();
      complain(where, trespassingCalls(runs, await readCalls(at.aws)));
      complain(where, runsOutOfOrder(runs));
      complain(where, await seen.trespasses());
      await clearCalls(at.aws);
      tell(`looked ${where}: ${accepted.length} operations, ${broken.length} promises broken so far`);
    }

    /** Without any more killing: deployments bring everything to what is wanted, and offboarding back to what was. */
    async function atRest(last: Workload): Promise<void> {
      const quiet = async (method: string, path: string, body?: object) => {
        const operation = await at.client.accepted(method, path, body);
        if (operation === undefined) {
          complain("at rest", [`${method} ${path} was refused`]);
          return undefined;
        }
        const done = await at.client.ended(operation.id);
        if (done.status !== "succeeded") {
          complain("at rest", [`${method} ${path} ended ${done.status}: ${JSON.stringify(done.error)}`]);
        }
        return done;
      };
      const deployed = async (base: string) => {
        await quiet("POST", `${base}/deployments`, { refresh: true });
        const { changes } = (await quiet("POST", `${base}/previews`, { refresh: true })) ?? {};
        const { same: _, ...others } = changes ?? { create: -1, update: -1, replace: -1, delete: -1, same: 0 };
        if (Object.values(others).some((count) => count !== 0)) {
          complain("at rest", [`a preview of ${base} after its deployment says ${JSON.stringify(others)}`]);
        }
      };
      const statusOf = async (accountId: string): Promise<string | undefined> =>
        (await at.client.ask("GET", `/accounts/${accountId}`)).body?.status;

      const statuses = await Promise.all(accounts.map(async (id) => [id, (await statusOf(id)) ?? "unknown"] as const));
      const active = statuses.filter(([, status]) => status === "active" || status === "failed").map(([id]) => id);
      tell(`at rest: ${statuses.map((pair) => pair.join(" ")).join(", ")}`);
      await Promise.all([deployed("/admin"), ...active.map((accountId) => deployed(`/accounts/${accountId}`))]);
      for (const stack of ["admin", ...active.map((accountId) => `account-${accountId}`)]) {
        complain("at rest", await unaccounted(at, stack));
      }
      complain("at rest", await wrongMembers(at, active));
      await Promise.all(active.map((accountId) => quiet("DELETE", `/accounts/${accountId}?confirm=${accountId}`)));
      for (const accountId of accounts) {
        const after = await readAccount(at.root, accountId, regions);
        complain("offboarded", differences(accountId, before.get(accountId), after));
      }
      complain("offboarded", await wrongMembers(at, []));
      await look("at rest", last);
    }
  }
}

/** Where an account is not as it was. */
function differences(accountId: string, before: AccountState | undefined, after: AccountState): string[] {
  const one = flat(before);
  const other = flat(after);
  return [...new Set([...one.keys(), ...other.keys()])]
    .filter((path) => one.get(path) !== other.get(path))
    .map((path) => `${accountId}: ${path} was ${one.get(path) ?? "absent"} and is ${other.get(path) ?? "absent"}`);
}

function flat(value: unknown, path = ""): Map<string, string> {
  if (typeof value !== "object" || value === null) return new Map([[path, String(value)]]);
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...flat(inner, `${path}/${key}`)]));
}

/** What no service should have to say, whatever dies around it. */
function unexpectedLines(log: string): string[] {
  const lines = log
    .split("\n")
    .filter((line) => /TypeError|ReferenceError|unhandled|ERR_UNHANDLED|Node\.js v\d/i.test(line));
  return [...new Set(lines.map((line) => line.slice(0, 400)))];
}
