import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { sampleOrganization } from "./organization/organization.ts";
import { startSandbox } from "./sandbox.ts";

// Entry of `make sandbox`.
const root = resolve(import.meta.dirname, "..");
const port = Number(process.env.SANDBOX_PORT ?? 4566);
const dataDir = process.env.SANDBOX_DATA ?? resolve(root, ".bulwark/sandbox");
const python = process.env.SANDBOX_PYTHON ?? resolve(root, ".bulwark/venv/bin/python");

function fail(text: string): never {
  console.error(`sandbox: ${text}`);
  process.exit(1);
}

if (!Number.isInteger(port) || port < 0 || port > 65_535)
  fail(`SANDBOX_PORT must be a port number, not ${process.env.SANDBOX_PORT}`);
if (!existsSync(python)) fail(`there is no Python at ${python}: run \`make setup\``);

const log = {
  info: (message: string) => console.error(message),
  error: (message: string) => console.error(`sandbox: ${message}`),
};
const sandbox = await startSandbox({
  port,
  dataDir,
  python,
  organization: sampleOrganization,
  log,
  onLost: (reason) => fail(reason),
}).catch((error: NodeJS.ErrnoException) =>
  fail(
    error.code === "EADDRINUSE"
      ? `port ${port} is taken: end what uses it, or choose another by SANDBOX_PORT`
      : `starting: ${error.message}`,
  ),
);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    await sandbox.close();
    process.exit(0);
  });
}

console.log(`AWS sandbox at ${sandbox.url} (an access key of twelve digits is that account's root; any secret will do)

  export AWS_ENDPOINT_URL=${sandbox.url} AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
  export AWS_ACCESS_KEY_ID=111111111111 AWS_SECRET_ACCESS_KEY=sandbox
  aws organizations list-accounts

Ctrl-C ends it.`);
