// `make serve`: the service. This file says what it is made of; the parts are in their own files.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createRunner } from "../stacks/runner.ts";
import { createAws } from "./aws-of-organization.ts";
import { ConfigurationError, readConfiguration, readSettings } from "./configuration.ts";
import { createOpenEventQueue } from "./consumer/event-queue.ts";
import { writeFacts } from "./facts.ts";
import { createLogger } from "./logger.ts";
import { readProgramVersion } from "./program-version.ts";
import { engineChecks } from "./readiness.ts";
import { readSecretFile } from "./secret-file.ts";
import { createService, type Service } from "./service.ts";
import { onForgottenErrors, onStopSignals } from "./signals.ts";
import { type Database, provideDatabase } from "./store/database.ts";
import { version } from "./version.ts";

async function main(): Promise<void> {
  const configuration = readConfiguration(process.env);
  const settings = readSettings(configuration.settingsFile);
  const { data, engine, aws, role } = configuration;
  const logger = createLogger(configuration.logLevel);
  onForgottenErrors(logger);
  await mkdir(data, { recursive: true });
  if (engine.secretsProvider === "passphrase") await readSecretFile(engine.passphraseFile);
  if (engine.backendUrl.startsWith("file://"))
    await mkdir(new URL(engine.backendUrl), { recursive: true, mode: 0o700 });
  const token = configuration.token ?? (await readSecretFile(join(data, "token")));

  let database: Database | undefined;
  let service: Service | undefined;
  const stop = async () => {
    await service?.stop();
    await database?.stop();
  };
  try {
    database = await provideDatabase(configuration, logger);
    const organization = createAws({ settings, endpoint: aws.endpoint });
    const { stateRoleArn } = configuration;
    const runner = createRunner({
      ...engine,
      ...(stateRoleArn === undefined
        ? {}
        : { backendCredentials: (operationId: string) => organization.chain.sessionAs(stateRoleArn, operationId) }),
      node: process.execPath,
      environment: configuration.environment,
      awsRegion: settings.homeRegion,
      ...(aws.endpoint === undefined ? {} : { awsEndpointUrl: aws.endpoint }),
      tmpDir: join(data, "runs"),
      codeCache: join(data, "code-cache"),
      concurrency: configuration.concurrency,
      runMemoryBytes: configuration.runMemoryBytes,
      logger,
    });
    const openEventQueue = createOpenEventQueue(organization.managementCredentials, aws.endpoint);
    const openRepairQueue = createOpenEventQueue(organization.repairCredentials, aws.endpoint);
    service = await createService(
      { ...configuration, database: database.address, token, version, programVersion: readProgramVersion(version) },
      {
        ...{ settings, runner, aws: organization, logger },
        ...(configuration.events ? { openEventQueue, openRepairQueue } : {}),
        checks: engineChecks(engine),
      },
    );
    await writeFacts(configuration, service.url);
    const tokenFrom = configuration.token === undefined ? join(data, "token") : "BULWARK_TOKEN";
    logger.info({ url: service.url, role, data, concurrency: configuration.concurrency, tokenFrom }, "serving");
  } catch (error) {
    await stop();
    throw error;
  }
  onStopSignals({ stop, hurry: () => service?.hurry() }, logger);
}

main().catch((error: unknown) => {
  const told = error instanceof ConfigurationError || error instanceof Error ? error.message : String(error);
  process.stderr.write(`bulwark: ${told}\n`);
  process.exit(1);
});
