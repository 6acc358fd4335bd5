// `make torture`: kills Bulwark's processes while they work, at least a hundred times, and looks from outside what came of it.
// SEED repeats a sequence, KILLS and MINUTES bound it. Figures of a complete run without a broken promise go into docs/benchmarks.md.
import { figuresOf, tableOf } from "./figures.ts";
import { abandonAll } from "./installation.ts";
import { createRandom } from "./random.ts";
import { recordFigures } from "./record.ts";
import { torture } from "./torture.ts";

const seed = Number(process.env.SEED || Date.now() % 1_000_000);
const wanted = Number(process.env.KILLS || 100);
const minutes = Math.min(Number(process.env.MINUTES || 50), 55);
const begun = Date.now();

function tell(line: string): void {
  const seconds = Math.round((Date.now() - begun) / 1000);
  console.log(`[${String(seconds).padStart(4)}s]  ${line}`);
}

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(name, () => void abandonAll().finally(() => process.exit(130)));
}
tell(`${wanted} kills with SEED=${seed}, at most ${minutes} minutes and what it takes to come to rest`);
const findings = await torture({
  random: createRandom(seed),
  kills: wanted,
  killsPerStorm: 15,
  // One with a detector and one with encryption switched on by hand: these are adopted.
  accounts: ["100000000002", "100000000006", "100000000008", "100000000010", "100000000013"],
  regions: ["us-east-1", "us-west-2"],
  leaseSeconds: 3,
  tell,
  until: begun + minutes * 60_000,
});
const table = tableOf(figuresOf(findings));
const { kills, broken, operations, runs } = findings;
console.log(`\n${table}\n`);
tell(
  `${kills.length} kills, ${operations.length} operations, ${runs.length} runs, ${broken.length} promises broken (SEED=${seed})`,
);
for (const line of broken) console.log(`BROKEN  ${line}`);
if (broken.length === 0 && kills.length >= wanted && wanted >= 100) {
  await recordFigures({
    table,
    seed,
    kills: kills.length,
    operations: operations.length,
    minutes: (Date.now() - begun) / 60_000,
  });
}
process.exit(broken.length === 0 && kills.length >= wanted ? 0 : 1);
