// A process that works on operations of a database until it is killed; its runs never end.
import { createLogger } from "../../api/logger.ts";
import { createService } from "../../api/service.ts";
import type { DatabaseAddress } from "../../api/store/connection.ts";
import { fakeAws, fakeRunner, settings } from "./fakes.ts";

const database = JSON.parse(process.argv[2] ?? "") as DatabaseAddress;
const runner = fakeRunner(() => new Promise(() => undefined));
await createService(
  {
    http: { host: "127.0.0.1", port: 0 },
    ...{ database, role: "worker", token: "a-token-of-the-stuck-worker", concurrency: 1 },
    ...{ leaseMs: 2_000, runTimeoutMs: 60_000, stopGraceMs: 0, version: "9.9.9" },
  },
  { settings, runner, aws: fakeAws(), checks: [], logger: createLogger("silent") },
);
console.log("working");
