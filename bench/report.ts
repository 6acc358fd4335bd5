import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Alone } from "./alone.ts";
import { percentile, ratio, type Usages, type Verdict } from "./arithmetic.ts";
import { CASES, SIDES, type SideName } from "./cases.ts";
import type { Deployments } from "./deployments.ts";
import type { Options } from "./options.ts";
import type { Reads } from "./reads.ts";
import type { Recovered } from "./recovery.ts";
import type { ResponseMeasured } from "./response/measure.ts";
import { responseSections } from "./response/tables.ts";

/** Everything that a run measured. */
export interface Report {
  readonly options: Options;
  readonly alone: Alone | undefined;
  readonly measured: Deployments | undefined;
  readonly reads: Reads | undefined;
  readonly recovered: readonly Recovered[];
  readonly response: ResponseMeasured | undefined;
  /** What the whole run took. */
  readonly seconds: number;
  readonly verdicts: readonly Verdict[];
}

const DOCUMENT = "docs/benchmarks.md";
const BEGIN = "<!-- written by make bench: begin -->";
const END = "<!-- written by make bench: end -->";

const TITLES: Readonly<Record<SideName, string>> = {
  shell: "(a) pulumi up, xargs",
  pool: "(b) Automation API pool",
  bulwark: "(c) Bulwark",
};

type Rows = readonly (readonly string[])[];

/** A Markdown table whose columns line up, so that it reads on a terminal too. */
export function table(rows: Rows): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(" | ")} |`;
  const [head = [], ...body] = rows;
  const rule = `| ${widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(Math.max(1, width - 1))}:`)).join(" | ")} |`;
  return [line(head), rule, ...body.map(line)].join("\n");
}

function usageRows(usages: Usages): Rows {
  const perStack = (seconds: number, stacks: number) => (seconds / stacks).toFixed(2);
  const rows = CASES.flatMap((name) =>
    SIDES.flatMap((side) => {
      const usage = usages[name][side];
      if (usage === undefined) return [];
      const { wallSeconds, cpuSeconds, stacks, peakBytes } = usage;
      const against = (what: "wallSeconds" | "cpuSeconds") =>
        side === "bulwark" ? "" : ratio(usages, name, side, what).toFixed(2);
      return [
        [
          `${name}, ${TITLES[side]}`,
          wallSeconds.toFixed(1),
          perStack(wallSeconds, stacks),
          against("wallSeconds"),
          cpuSeconds.toFixed(1),
          perStack(cpuSeconds, stacks),
          against("cpuSeconds"),
          String(Math.round(peakBytes / 1e6)),
        ],
      ];
    }),
  );
  const head = ["case, side", "wall s", "per stack", "/ Bulwark", "CPU s", "per stack", "/ Bulwark", "peak MB"];
  return [head, ...rows];
}

function aloneRows({ onboarded, unchanged }: Alone): Rows {
  const row = (what: string, seconds: readonly number[]) => [
    what,
    String(seconds.length),
    percentile(seconds, 0.5).toFixed(1),
    percentile(seconds, 1).toFixed(1),
  ];
  return [
    ["from the call to the end", "runs", "median s", "slowest s"],
    row("first", onboarded),
    row("unchanged", unchanged),
  ];
}

function readRows({ requests, errors, p50, p99, greatest, deployments, serviceBytes }: Reads): Rows {
  return [
    ["reads", "errors", "p50 ms", "p99 ms", "max ms", "deployments ended", "service RSS MB"],
    [
      String(requests),
      String(errors),
      p50.toFixed(1),
      p99.toFixed(1),
      greatest.toFixed(1),
      String(deployments),
      String(Math.round(serviceBytes / 1e6)),
    ],
  ];
}

function recoveryRows(recovered: readonly Recovered[]): Rows {
  const rows = [...new Set(recovered.map(({ how }) => how))].map((how) => {
    const samples = recovered.filter((sample) => sample.how === how);
    const of = (values: readonly number[], share: number) => percentile(values, share).toFixed(1);
    const picked = samples.map(({ pickedUpSeconds }) => pickedUpSeconds);
    const ended = samples.map(({ endedSeconds }) => endedSeconds);
    return [how, String(samples.length), of(picked, 0.5), of(picked, 1), of(ended, 0.5), of(ended, 1)];
  });
  return [
    ["after kill -9 of a service", "runs", "picked up s, median", "greatest", "ended s, median", "greatest"],
    ...rows,
  ];
}

/** Units of what is counted. */
const COUNTS: readonly Verdict["unit"][] = ["errors", "changes", "calls"];

function verdictRows(verdicts: readonly Verdict[]): Rows {
  return [
    ["bar", "measured", "bar", "holds"],
    ...verdicts.map(({ what, measured, bar, unit, holds }) => [
      what,
      `${measured.toFixed(unit === "x" ? 2 : COUNTS.includes(unit) ? 0 : 1)}${unit === "errors" ? "" : ` ${unit}`}`,
      `${unit === "x" ? ">=" : "<="} ${bar}`,
      holds ? "yes" : "NO",
    ]),
  ];
}

async function said(command: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args).catch(() => ({ stdout: "unknown" }));
  return stdout.trim();
}

async function machine(repository: string): Promise<string> {
  const versions = (
    JSON.parse(await readFile(join(repository, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    }
  ).dependencies;
  const engine = await said(join(repository, ".bulwark/bin/pulumi"), "version");
  const commit = await said("git", "-C", repository, "rev-parse", "--short", "HEAD");
  const model = cpus()[0]?.model ?? "unknown";
  return [
    `${new Date().toISOString().slice(0, 10)}, commit ${commit}, ${type()} ${release()}`,
    `${availableParallelism()} cores (${model.trim()}), ${Math.round(totalmem() / 1024 ** 3)} GB`,
    `Node ${process.version}, Pulumi ${engine}, @pulumi/pulumi ${versions["@pulumi/pulumi"]}, pg-boss ${versions["pg-boss"]}`,
  ].join("; ");
}

async function sections(report: Report, repository: string) {
  const { options, alone, measured, reads, recovered, response, seconds, verdicts } = report;
  const found = [`${await machine(repository)}. The run took ${Math.round(seconds / 60)} minutes.`];
  if (alone !== undefined) {
    const { resources, regions } = alone;
    found.push(
      `One account's full baseline while nothing else runs, ${resources} resources in ${regions} regions:`,
      table(aloneRows(alone)),
    );
  }
  if (measured !== undefined) {
    const { usages, resources } = measured;
    found.push(
      `${options.accounts} stacks of ${resources} AWS resources on each side, two at a time:`,
      table(usageRows(usages)),
    );
  }
  if (reads !== undefined) found.push("200 reads per second with four runs active:", table(readRows(reads)));
  if (recovered.length > 0) found.push("A service killed in the middle of runs:", table(recoveryRows(recovered)));
  if (response !== undefined) {
    for (const [what, rows] of responseSections(response)) found.push(what, table(rows));
  }
  if (verdicts.length > 0) found.push("The bars:", table(verdictRows(verdicts)));
  return found.join("\n\n");
}

/** Prints the tables to a terminal. */
export async function printReport(report: Report, out: { write(text: string): void }): Promise<void> {
  out.write(`\n${await sections(report, join(import.meta.dirname, ".."))}\n\n`);
}

/** Puts the tables into the document, between its marks. Answers its path. */
export async function writeReport(report: Report, repository: string): Promise<string> {
  const path = join(repository, DOCUMENT);
  const document = await readFile(path, "utf8");
  const [before, rest] = document.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`writing ${DOCUMENT}: its marks "${BEGIN}" and "${END}" are missing`);
  await writeFile(path, `${before}${BEGIN}\n\n${await sections(report, repository)}\n\n${END}${after}`);
  return DOCUMENT;
}
