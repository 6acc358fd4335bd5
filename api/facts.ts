import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Configuration } from "./configuration.ts";

/** What a command beside the service must know of it. Nothing in it is secret. */
const Facts = z.object({
  url: z.string(),
  settingsFile: z.string(),
  engine: z.object({
    pulumiRoot: z.string(),
    pulumiHome: z.string(),
    /** Absent where it holds a password. */
    backendUrl: z.string().optional(),
    secretsProvider: z.string(),
    passphraseFile: z.string(),
  }),
  embeddedDatabase: z.boolean(),
  awsEndpointUrl: z.string().optional(),
  /** AWS's own environment variables that name files and profiles. */
  awsEnvironment: z.record(z.string(), z.string()),
});
export type Facts = z.infer<typeof Facts>;

const fileName = "service.json";
const awsVariables = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_PROFILE", "AWS_REGION"];

/** Leaves the facts in the data folder, for `make pulumi-env`. */
export async function writeFacts(configuration: Configuration, url: string): Promise<void> {
  const { data, engine, settingsFile, environment, aws, databaseUrl } = configuration;
  const facts: Facts = {
    url,
    settingsFile: settingsFile ?? "",
    engine: { ...engine, backendUrl: withoutPassword(engine.backendUrl) },
    embeddedDatabase: databaseUrl === undefined,
    ...(aws.endpoint === undefined ? {} : { awsEndpointUrl: aws.endpoint }),
    awsEnvironment: Object.fromEntries(
      awsVariables.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])),
    ),
  };
  const path = join(data, fileName);
  await writeFile(`${path}.${process.pid}`, `${JSON.stringify(facts, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.${process.pid}`, path);
}

function withoutPassword(url: string): string | undefined {
  return /^\w+:\/\/[^/@]*:[^/@]*@|[?&]password=/.test(url) ? undefined : url;
}

/** The facts of the service that ran last with one of these data folders; undefined where none ever did. */
export async function readFacts(folders: readonly string[]): Promise<{ data: string; facts: Facts } | undefined> {
  const found = await Promise.all(
    folders.map(async (data) => {
      const path = join(data, fileName);
      const at = await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => undefined,
      );
      return at === undefined ? [] : [{ data, path, at }];
    }),
  );
  const [newest] = found.flat().sort((one, other) => other.at - one.at);
  if (newest === undefined) return undefined;
  const facts = Facts.safeParse(JSON.parse(await readFile(newest.path, "utf8")));
  if (!facts.success) throw new Error(`reading ${newest.path}: it is of another version. Start the service once more.`);
  return { data: newest.data, facts: facts.data };
}
