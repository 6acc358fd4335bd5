import { workerData } from "node:worker_threads";

// The thread that keeps the time of the dead man's switch: sleeps until the moment that stands in the shared cell, or until
// that is changed, and kills the process when the moment has come.

const cell = workerData as BigInt64Array;

for (;;) {
  const at = Atomics.load(cell, 0);
  const left = Number(at - process.hrtime.bigint()) / 1e6;
  if (at !== 0n && left <= 0) process.kill(process.pid, "SIGKILL");
  Atomics.wait(cell, 0, at, at === 0n ? Number.POSITIVE_INFINITY : Math.max(left, 1));
}
