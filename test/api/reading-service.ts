// A process that answers the API of a database, and works on nothing, until it is killed.
import { createLogger } from "../../api/logger.ts";
import { createService } from "../../api/service.ts";
import type { DatabaseAddress } from "../../api/store/connection.ts";
import { fakeAws, fakeRunner, settings } from "./fakes.ts";

const { database, token } = JSON.parse(process.argv[2] ?? "") as { database: DatabaseAddress; token: string };
const service = await createService(
  {
    http: { host: "127.0.0.1", port: 0 },
    ...{ database, role: "api", token, concurrency: 1, leaseMs: 2_000, runTimeoutMs: 60_000, stopGraceMs: 0 },
    version: "9.9.9",
  },
  { settings, runner: fakeRunner(), aws: fakeAws(), checks: [], logger: createLogger("silent") },
);
process.on("SIGTERM", () => void service.stop().then(() => process.exit(0)));
console.log(service.url);
