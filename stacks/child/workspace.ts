import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { StackSecrets, ToChild } from "../messages.ts";
import { configFile, credentialsFile } from "../profiles.ts";
import { projectSettings, stackSettings, stackSettingsFile } from "../project.ts";

/** The folder of one run, and the environment that points the engine to what is in it. */
export interface RunFolder {
  readonly workDir: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Keeps the engine from writing its log, which no setting switches off: a file stands where its folder would be. Every property of every
 * resource goes into that log at its most talkative level, unredacted, compressed and encrypted: a third of the CPU of a preview in which nothing changes,
 * for a file that ends with the run. What the engine says is in its events.
 *
 * Source: `logging.StartLogging` of github.com/pulumi/pulumi/pkg/v3 v3.256.0; the CLI goes on where it fails.
 */
export async function withoutLogs(pulumiHome: string): Promise<void> {
  await writeFile(join(pulumiHome, "logs"), "", { mode: 0o400 });
}

/**
 * Lays out a run's folder: the Pulumi project, the sessions of its accounts (0600), and a PULUMI_HOME of its own that
 * borrows the installed plugins, so that the workspace files which the CLI leaves behind go with the run.
 */
export async function layOutFolder({ folder, engine, request, backendCredentials }: ToChildRun): Promise<RunFolder> {
  const at = (name: string): string => join(folder, name);
  await Promise.all(["work", "pulumi-home", "tmp", "aws"].map((name) => mkdir(at(name), { mode: 0o700 })));
  const accountIds = Object.keys(request.credentials);
  await Promise.all([
    symlink(join(engine.pulumiHome, "plugins"), at("pulumi-home/plugins")),
    withoutLogs(at("pulumi-home")),
    writeFile(at("work/Pulumi.yaml"), projectSettings(engine.backendUrl), { mode: 0o600 }),
    writeFile(at("aws/config"), configFile(accountIds, request.inputs.homeRegion), { mode: 0o600 }),
    writeFile(at("aws/credentials"), credentialsFile(request.credentials, backendCredentials), { mode: 0o600 }),
  ]);
  return {
    workDir: at("work"),
    environment: {
      HOME: folder,
      TMPDIR: at("tmp"),
      PULUMI_HOME: at("pulumi-home"),
      PULUMI_CONFIG_PASSPHRASE_FILE: engine.passphraseFile,
      AWS_CONFIG_FILE: at("aws/config"),
      AWS_SHARED_CREDENTIALS_FILE: at("aws/credentials"),
    },
  };
}

export type ToChildRun = Extract<ToChild, { type: "run" }>;

/** Writes the settings of the stack: its inputs, and how its secrets are encrypted where that is known. */
export async function writeStackSettings(workDir: string, run: ToChildRun, secrets?: StackSecrets): Promise<void> {
  const file = join(workDir, stackSettingsFile(run.request.stack));
  await writeFile(file, stackSettings(run.request.inputs, secrets), { mode: 0o600 });
}
