// `make bench`: deploys the same fleet from the shell, by a pool around the Automation API and by Bulwark; then reads under
// load, and kills. Exits with 1 where a bar does not hold.
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Alone, measureAlone, slowest } from "./alone.ts";
import { judge, judgeUsages, type Verdict } from "./arithmetic.ts";
import { type Contestant, type Deployments, measureDeployments } from "./deployments.ts";
import { isFull, type Options, readOptions } from "./options.ts";
import { type Organization, repository, startOrganization, untilEnded } from "./organization.ts";
import { measureReads, type Reads } from "./reads.ts";
import { measureRecovery, type Recovered } from "./recovery.ts";
import { printReport, type Report, writeReport } from "./report.ts";
import { install } from "./response/installation.ts";
import { measureResponse, type ResponseMeasured } from "./response/measure.ts";
import { judgeStorm } from "./response/storm-run.ts";
import { startService } from "./service.ts";
import { bulwarkSide } from "./sides/bulwark.ts";
import { poolSide } from "./sides/pool.ts";
import { shellSide } from "./sides/shell.ts";

const python = join(repository, ".bulwark/venv/bin/python");
const makers = { shell: shellSide, pool: poolSide, bulwark: bulwarkSide };
const READ_SECONDS = 30;
const RECOVERY_ROUNDS = 2;
const ALONE_ACCOUNTS = 3;

const begun = performance.now();
const say = (line: string) => {
  const seconds = String(Math.round((performance.now() - begun) / 1000)).padStart(4);
  process.stdout.write(`[${seconds}s]  ${line}\n`);
};
const ends: (() => Promise<void>)[] = [];

async function organizationOf(folder: string, name: string, accounts: number): Promise<Organization> {
  const organization = await startOrganization(join(folder, name), accounts);
  ends.push(organization.stop);
  return organization;
}

async function deployments(options: Options, folder: string): Promise<[Deployments, Organization]> {
  const contestants: Contestant[] = [];
  for (const name of options.sides) {
    const organization = await organizationOf(folder, name, options.accounts);
    const side = await makers[name](organization, python);
    ends.push(side.stop);
    contestants.push({ side, organization });
    say(`${name}: its organization of ${options.accounts} empty accounts is ready`);
  }
  const measured = await measureDeployments(contestants, say);
  for (const { side, organization } of contestants) {
    await side.stop();
    if (side.name !== "bulwark") await organization.stop();
  }
  const last = contestants.at(-1);
  if (last === undefined) throw new Error("no side was chosen");
  return [measured, last.organization];
}

async function aloneIn(folder: string): Promise<Alone> {
  const organization = await organizationOf(folder, "alone", ALONE_ACCOUNTS);
  say(`alone: its organization of ${ALONE_ACCOUNTS} empty accounts is ready`);
  const measured = await measureAlone(organization, python);
  await organization.stop();
  say(`alone: ${slowest(measured.onboarded).toFixed(1)} s, unchanged ${slowest(measured.unchanged).toFixed(1)} s`);
  return measured;
}

async function responseIn(folder: string, options: Options): Promise<ResponseMeasured> {
  const installation = await install(join(folder, "response"), python);
  ends.push(installation.stop);
  say("response: its admin stack and its members are deployed");
  const measured = await measureResponse(installation, options, say);
  await installation.stop();
  return measured;
}

/** An organization with four deployed accounts, for a run that compares no deployments. */
async function deployedOrganization(folder: string): Promise<Organization> {
  const organization = await organizationOf(folder, "bulwark", 4);
  const { client, process } = await startService(organization, python, "changed");
  const asked = await Promise.all(
    organization.accountIds.map((accountId) => client.post<{ id: string }>("/accounts", { accountId })),
  );
  for (const { id } of asked) await untilEnded(client, id);
  await process.stop();
  say("an organization with four deployed accounts is ready");
  return organization;
}

/** What a run has measured of the parts that were asked for. */
type Measured = Pick<Report, "alone" | "measured" | "reads" | "recovered" | "response">;

function verdicts({ alone, measured, reads, recovered, response }: Measured): Verdict[] {
  const found: Verdict[] = measured === undefined ? [] : judgeUsages(measured.usages);
  if (alone !== undefined) {
    found.push(
      judge("a full baseline alone, slowest", slowest(alone.onboarded), 15, "s"),
      judge("the same unchanged, slowest", slowest(alone.unchanged), 3, "s"),
    );
  }
  if (reads !== undefined) {
    found.push(
      judge("reads: p99", reads.p99, 50, "ms"),
      judge("reads: errors", reads.errors, 0, "errors"),
      judge("service process, greatest resident set", reads.serviceBytes / 1e6, 300, "MB"),
    );
  }
  const latest = Math.max(...recovered.map(({ pickedUpSeconds }) => pickedUpSeconds));
  if (recovered.length > 0) found.push(judge("slowest pick-up after a kill", latest, 15, "s"));
  if (response !== undefined) {
    const missing = response.latencies.reduce((sum, latency) => sum + latency.missing, 0);
    found.push(judge("findings that never came to Slack", missing, 0, "errors"), ...judgeStorm(response.storm));
  }
  return found.filter(({ measured: figure }) => !Number.isNaN(figure));
}

async function bench(options: Options, folder: string): Promise<Report> {
  let alone: Alone | undefined;
  let measured: Deployments | undefined;
  let organization: Organization | undefined;
  if (options.parts.includes("alone")) alone = await aloneIn(folder);
  if (options.parts.includes("deployments")) [measured, organization] = await deployments(options, folder);
  let reads: Reads | undefined;
  let recovered: readonly Recovered[] = [];
  if (options.parts.includes("reads") || options.parts.includes("recovery")) {
    if (organization === undefined || !options.sides.includes("bulwark")) {
      organization = await deployedOrganization(folder);
    }
    if (options.parts.includes("reads")) {
      reads = await measureReads(organization, python, READ_SECONDS);
      say(`reads: p99 ${reads.p99.toFixed(1)} ms of ${reads.requests}`);
    }
    if (options.parts.includes("recovery")) recovered = await measureRecovery(organization, RECOVERY_ROUNDS, say);
  }
  await organization?.stop();
  const response = options.parts.includes("response") ? await responseIn(folder, options) : undefined;
  const seconds = (performance.now() - begun) / 1000;
  const found = { alone, measured, reads, recovered, response };
  return { options, ...found, seconds, verdicts: verdicts(found) };
}

const options = readOptions(process.env);
const folder = await mkdtemp(join(tmpdir(), "bulwark-bench-"));
// As root, PostgreSQL runs as another user, who has to get in.
await chmod(folder, 0o755);
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => void end().then(() => process.exit(130)));

async function end(): Promise<void> {
  for (const stop of ends.splice(0).reverse()) await stop().catch((error: Error) => say(error.message));
  if (options.keep) say(`kept ${folder}`);
  else await rm(folder, { recursive: true, force: true });
}

try {
  const report = await bench(options, folder);
  await printReport(report, process.stdout);
  if (isFull(options)) say(`written to ${await writeReport(report, repository)}`);
  process.exitCode = report.verdicts.every(({ holds }) => holds) ? 0 : 1;
} catch (error) {
  say(`bench: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exitCode = 2;
} finally {
  await end();
}
process.exit();
