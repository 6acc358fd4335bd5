// `make -s pulumi-env`: prints what a shell needs so that a plain `pulumi preview --stack <stack>` in this repository
// works on the service's state, with the inputs that the service keeps in its database.
import { join, resolve } from "node:path";
import { fromNodeProviderChain } from "@aws-sdk/credential-providers";
import { StackInputs } from "../programs/inputs.ts";
import { accountsReachedBy, preparePlainCli } from "../stacks/plain-cli.ts";
import { readConfiguration } from "./configuration.ts";
import { type Facts, readFacts } from "./facts.ts";
import { createLogger } from "./logger.ts";
import { openDatabase } from "./store/connection.ts";
import { provideDatabase } from "./store/database.ts";
import { listDeployedStacks } from "./store/stacks.ts";

const environment = process.env;
const repository = resolve(import.meta.dirname, "..");

async function main(): Promise<void> {
  const given = environment.BULWARK_DATA;
  const folders = given
    ? [resolve(given)]
    : [".bulwark/data", ".bulwark/demo/service"].map((name) => join(repository, name));
  const found = await readFacts(folders);
  if (found === undefined) {
    throw new Error(`no service has run with ${folders.join(" or ")} yet: start one with make serve or make demo`);
  }
  const { data, facts } = found;
  const backendUrl = facts.engine.backendUrl ?? environment.BULWARK_BACKEND_URL;
  if (backendUrl === undefined) {
    throw new Error("the URL of the service's state backend holds a password: set BULWARK_BACKEND_URL to the same");
  }
  const stacks = await readStacks(data, facts);
  const lines = await preparePlainCli(
    {
      repository,
      ...{ ...facts.engine, backendUrl },
      awsRegion: facts.awsEnvironment.AWS_REGION ?? stacks[0]?.inputs.homeRegion ?? "us-east-1",
      ...(facts.awsEndpointUrl === undefined ? {} : { awsEndpointUrl: facts.awsEndpointUrl }),
      accounts: accountsReachedBy(stacks.map(({ inputs }) => inputs)),
      source: { from: "keys", ...(await serviceCredentials(facts)) },
      environment,
    },
    stacks,
  );
  process.stdout.write(lines);
}

async function readStacks(
  data: string,
  { embeddedDatabase }: Facts,
): Promise<{ stack: string; inputs: StackInputs }[]> {
  const { databaseUrl } = readConfiguration({ ...environment, BULWARK_DATA: data });
  if (!embeddedDatabase && databaseUrl === undefined) {
    throw new Error("the service uses a database of its own choice: set DATABASE_URL to the same");
  }
  const logger = createLogger("warn", { write: (line) => process.stderr.write(line) });
  const database = await provideDatabase({ data, ...(embeddedDatabase ? {} : { databaseUrl }) }, logger);
  const db = openDatabase(database.address, { connections: 1, onError: () => undefined });
  try {
    const rows = await listDeployedStacks(db);
    return rows.map(({ name, inputs }) => ({
      stack: name,
      inputs: StackInputs.parse({ ...inputs, phase: "converge" }),
    }));
  } finally {
    await db.destroy();
    await database.stop();
  }
}

/** The service's own identity, by the AWS SDK's chain, for the files that the service was started with. */
async function serviceCredentials({ awsEnvironment, awsEndpointUrl }: Facts) {
  for (const [name, value] of Object.entries(awsEnvironment)) environment[name] ??= value;
  if (awsEndpointUrl !== undefined) environment.AWS_ENDPOINT_URL ??= awsEndpointUrl;
  const { accessKeyId, secretAccessKey, sessionToken } = await fromNodeProviderChain()().catch((error: Error) => {
    const nobody = /ECONNREFUSED/.test(`${error.name} ${error.message} ${(error as { code?: string }).code ?? ""}`);
    if (!nobody) throw error;
    throw new Error(
      `nothing answers at ${environment.AWS_ENDPOINT_URL}, where the service last ran with AWS: start make demo (or its sandbox) again and run this while it runs`,
    );
  });
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

main().catch((error: unknown) => {
  process.stderr.write(`pulumi-env: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
