import { execFile } from "node:child_process";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { StackInputs } from "../programs/inputs.ts";
import { roleArn } from "../programs/partition.ts";
import { profileName } from "./profiles.ts";
import { engineBackendUrl, secretsOf, stackSettings, stackSettingsFile } from "./project.ts";

// Lets a reviewer's plain `pulumi preview --stack account-<id>` in the checkout work on the service's state, with the
// service's inputs, under the same profile names, so that both must agree.

/** A stack and its inputs, the one document that the service keeps of it. */
export interface StackDocument {
  readonly stack: string;
  readonly inputs: unknown;
}

/** A role that a provider of the programs works under. */
export interface ReachableAccount {
  readonly accountId: string;
  readonly roleArn: string;
}

/**
 * Where the plain CLI gets the credentials to assume the accounts' roles with: the shell's environment or the machine's
 * role (the words of the AWS config file's `credential_source`), or keys that are written to a file of mode 0600.
 */
export type SourceCredentials =
  | { readonly from: "Environment" | "Ec2InstanceMetadata" | "EcsContainer" }
  | {
      readonly from: "keys";
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string;
    };

export interface PlainCliSettings {
  /** The checkout: its `Pulumi.yaml` names `.bulwark/stacks` as the folder of stack settings. */
  readonly repository: string;
  readonly pulumiRoot: string;
  readonly pulumiHome: string;
  readonly backendUrl: string;
  readonly secretsProvider: string;
  readonly passphraseFile: string;
  readonly awsRegion: string;
  readonly awsEndpointUrl?: string;
  readonly accounts: readonly ReachableAccount[];
  readonly source: SourceCredentials;
  /** The caller's environment: the engine's folder goes in front of its PATH. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The accounts that the providers of some stacks work in, with the roles by which the service reaches them too. */
export function accountsReachedBy(documents: readonly StackInputs[]): ReachableAccount[] {
  const roles = new Map<string, string>();
  for (const inputs of documents) {
    const { management, security, logArchive } = inputs.accounts;
    roles.set(management, roleArn(inputs.partition, management, inputs.roles.management));
    for (const account of [security, logArchive, ...(inputs.kind === "baseline" ? [inputs.accountId] : [])]) {
      roles.set(account, roleArn(inputs.partition, account, inputs.roles.deployment));
    }
  }
  return [...roles].map(([accountId, role]) => ({ accountId, roleArn: role }));
}

const SOURCE_PROFILE = "bulwark-service";
/** Each export is a CLI of 110 MB for a quarter of a second. */
const EXPORTS_AT_ONCE = 2;

/** Folder of the stack settings in a checkout, as its `Pulumi.yaml` says. */
export function stackConfigDir(repository: string): string {
  return join(repository, ".bulwark/stacks");
}

/** An AWS config file with one profile per account, and the keys that they start from; `role_session_name` tells AWS's logs that it was not the service. */
export function roleProfiles(
  accounts: readonly ReachableAccount[],
  { region, source }: { readonly region: string; readonly source: SourceCredentials },
): string {
  const origin = source.from === "keys" ? `source_profile = ${SOURCE_PROFILE}` : `credential_source = ${source.from}`;
  const profiles = accounts.map(({ accountId, roleArn }) =>
    [
      `[profile ${profileName(accountId)}]`,
      `role_arn = ${roleArn}`,
      origin,
      "role_session_name = plain-cli",
      `region = ${region}`,
      "",
    ].join("\n"),
  );
  return [...(source.from === "keys" ? [sourceProfile(source)] : []), ...profiles].join("\n");
}

/** Lines for a POSIX shell's `eval`. Undefined takes a variable away. */
export function shellLines(variables: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(variables)
    .map(([name, value]) =>
      value === undefined ? `unset ${name}\n` : `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`,
    )
    .join("");
}

/** What the shell needs: backend, secrets, engine, profiles, and nothing that would override them. */
function plainCliEnvironment(settings: PlainCliSettings): Record<string, string | undefined> {
  return {
    PATH: [join(settings.pulumiRoot, "bin"), settings.environment.PATH ?? "/usr/bin:/bin"].join(":"),
    PULUMI_HOME: settings.pulumiHome,
    PULUMI_BACKEND_URL: engineBackendUrl(settings.backendUrl),
    PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
    // The passphrase itself would win over its file.
    PULUMI_CONFIG_PASSPHRASE: undefined,
    PULUMI_CONFIG_PASSPHRASE_FILE: settings.secretsProvider === "passphrase" ? settings.passphraseFile : undefined,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    AWS_PROFILE: undefined,
    AWS_CONFIG_FILE: awsConfigFile(settings.repository),
    // @pulumi/aws-native makes an input of its provider of it, which the service's runs do not have.
    AWS_SHARED_CREDENTIALS_FILE: undefined,
    AWS_REGION: settings.awsRegion,
    ...(settings.awsEndpointUrl === undefined ? {} : { AWS_ENDPOINT_URL: settings.awsEndpointUrl }),
  };
}

function awsConfigFile(repository: string): string {
  return join(repository, ".bulwark/plain-cli/aws-config");
}

/**
 * Writes the settings of every given stack and the AWS config file, and returns the shell lines that point to them. Settings of
 * other stacks in the folder are removed. A stack's salt or data key comes from its state, so that the plain CLI never
 * makes a new one; a stack that is not deployed yet gets none. Throws an `Error` that names the stack whose state can't
 * be read.
 */
export async function preparePlainCli(
  settings: PlainCliSettings,
  documents: readonly StackDocument[],
): Promise<string> {
  const environment = plainCliEnvironment(settings);
  const awsConfig = awsConfigFile(settings.repository);
  const folder = stackConfigDir(settings.repository);
  await Promise.all([folder, dirname(awsConfig)].map((name) => mkdir(name, { recursive: true, mode: 0o700 })));
  await rewrite(awsConfig, roleProfiles(settings.accounts, { region: settings.awsRegion, source: settings.source }));
  const kept = new Set(documents.map(({ stack }) => stackSettingsFile(stack)));
  const stale = (await readdir(folder)).filter((name) => /^Pulumi\..+\.yaml$/.test(name) && !kept.has(name));
  await Promise.all(stale.map((name) => rm(join(folder, name), { force: true })));
  const queue = [...documents];
  const worker = async (): Promise<void> => {
    for (let document = queue.shift(); document !== undefined; document = queue.shift()) {
      const exported = await exportStack(settings, environment, document.stack);
      const secrets = exported === undefined ? undefined : secretsOf(exported);
      await rewrite(join(folder, stackSettingsFile(document.stack)), stackSettings(document.inputs, secrets));
    }
  };
  await Promise.all(Array.from({ length: EXPORTS_AT_ONCE }, worker));
  return shellLines(environment);
}

function sourceProfile(keys: Extract<SourceCredentials, { from: "keys" }>): string {
  return [
    `[profile ${SOURCE_PROFILE}]`,
    `aws_access_key_id = ${keys.accessKeyId}`,
    `aws_secret_access_key = ${keys.secretAccessKey}`,
    ...(keys.sessionToken === undefined ? [] : [`aws_session_token = ${keys.sessionToken}`]),
    "",
  ].join("\n");
}

// The mode of a file that exists already would stay as it is.
async function rewrite(path: string, text: string): Promise<void> {
  await rm(path, { force: true });
  await writeFile(path, text, { mode: 0o600 });
}

async function exportStack(
  { repository, pulumiRoot, environment: caller }: PlainCliSettings,
  environment: Readonly<Record<string, string | undefined>>,
  stack: string,
): Promise<unknown> {
  const args = ["stack", "export", "--stack", stack, "--non-interactive"];
  const run = promisify(execFile)(join(pulumiRoot, "bin/pulumi"), args, {
    cwd: repository,
    env: { ...caller, ...environment },
    maxBuffer: 256 * 1024 ** 2,
  });
  try {
    return JSON.parse((await run).stdout) as unknown;
  } catch (error) {
    const text = (error as { stderr?: string }).stderr ?? String(error);
    if (/no stack named/.test(text)) return undefined;
    throw new Error(`reading the state of stack ${stack}: ${text.trim()}`);
  }
}
