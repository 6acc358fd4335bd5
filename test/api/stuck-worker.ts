// A process that works on operations of a database until it is killed; its runs never end, and tell without end.
import { createLogger } from "../../api/logger.ts";
import { createService } from "../../api/service.ts";
import type { DatabaseAddress } from "../../api/store/connection.ts";
import { fakeAws, fakeRunner, fakeUrn, settings, tell } from "./fakes.ts";

const { database, leaseMs = 2_000 } = JSON.parse(process.argv[2] ?? "") as {
  database: DatabaseAddress;
  leaseMs?: number;
};
const runner = fakeRunner(({ stack }, hooks) => {
  let told = 0;
  setInterval(() => tell(hooks, "update", fakeUrn(stack, `stuck-${told++}`)), 20);
  return new Promise(() => undefined);
});
await createService(
  {
    http: { host: "127.0.0.1", port: 0 },
    ...{ database, role: "worker", token: "a-token-of-the-stuck-worker", concurrency: 1 },
    ...{ leaseMs, runTimeoutMs: 60_000, stopGraceMs: 0, version: "9.9.9" },
  },
  { settings, runner, aws: fakeAws(), checks: [], logger: createLogger("silent") },
);
console.log("working");
