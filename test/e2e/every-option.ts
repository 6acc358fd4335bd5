import { readFile, writeFile } from "node:fs/promises";
import { runBootstrap } from "../../demo/bootstrap.ts";
import { EVERY_OPTION } from "../programs/samples.ts";
import type { Environment } from "./environment.ts";

/**
 * Every option on but the removal of root credentials, which has tests of its own; the guardrails bind the unit of development accounts,
 * where they have to be tried before any other may have them.
 */
export const EVERYTHING = {
  ...EVERY_OPTION,
  rootAccess: { enabled: true },
  guardrails: { ...EVERY_OPTION.guardrails, units: [] },
};

/** Gives Bulwark's roles the rights that the settings ask for, as an administrator does. */
export function bootstrap({ aws, administrator, settingsFile }: Environment): Promise<void> {
  return runBootstrap(
    {
      PATH: process.env.PATH ?? "",
      ...{ AWS_ENDPOINT_URL: aws, AWS_REGION: "us-east-1", BULWARK_SETTINGS: settingsFile },
      ...{ AWS_ACCESS_KEY_ID: administrator.accessKeyId, AWS_SECRET_ACCESS_KEY: administrator.secretAccessKey },
    },
    () => undefined,
  );
}

/** Starts the service again with other settings in some places. Answers how to go back. */
export async function serveWith(environment: Environment, changes: object): Promise<() => Promise<void>> {
  const { service, settingsFile } = environment;
  const former = await readFile(settingsFile, "utf8");
  const serve = async (settings: string): Promise<void> => {
    await service.stop();
    await writeFile(settingsFile, settings);
    await service.start();
  };
  await serve(JSON.stringify({ ...JSON.parse(former), ...changes }));
  return () => serve(former);
}
