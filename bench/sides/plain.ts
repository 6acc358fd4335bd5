import { execFile } from "node:child_process";
import { copyFile, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { fromIni } from "@aws-sdk/credential-providers";
import { memberDeploymentRole } from "../../programs/bootstrap/roles.ts";
import { createRoleChain } from "../../stacks/aws/role-chain.ts";
import { createDeploymentRoles } from "../../stacks/bootstrap/deployment-role.ts";
import { accountsReachedBy, preparePlainCli } from "../../stacks/plain-cli.ts";
import type { Case } from "../cases.ts";
import { type Organization, plainEnvironment, repository } from "../organization.ts";

// What both sides without Bulwark are given: a project as a user of the plain CLI has it, the roles, and the environment
// that `make pulumi-env` prints.

export interface PlainProject {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Writes the settings of all stacks for a case. */
  configure(of: Case): Promise<void>;
}

/** Makes the project of a side in its organization's folder, and Bulwark's role in every account. */
export async function preparePlainProject(organization: Organization): Promise<PlainProject> {
  const folder = join(organization.folder, "project");
  const pulumiHome = join(organization.folder, "pulumi-home");
  await Promise.all([folder, pulumiHome].map((path) => mkdir(path, { recursive: true })));
  await copyFile(join(repository, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
  for (const name of ["programs", "node_modules", "package.json"]) {
    await symlink(join(repository, name), join(folder, name));
  }
  await symlink(join(repository, ".bulwark/pulumi-home/plugins"), join(pulumiHome, "plugins"));
  await createRoles(organization);

  const configure = async (of: Case): Promise<Record<string, string>> => {
    const { settings, accountIds, data, aws } = organization;
    const documents = accountIds.map((accountId) => organization.inputsOf(accountId, of));
    const lines = await preparePlainCli(
      {
        repository: folder,
        pulumiRoot: join(repository, ".bulwark"),
        pulumiHome,
        backendUrl: `file://${join(data, "state")}`,
        secretsProvider: "passphrase",
        passphraseFile: join(data, "passphrase"),
        awsRegion: settings.homeRegion,
        awsEndpointUrl: aws,
        accounts: accountsReachedBy(documents),
        source: { from: "keys", ...(await serviceCredentials(organization)()) },
        environment: plainEnvironment({}),
      },
      documents.map((inputs) => ({ stack: `account-${inputs.accountId}`, inputs })),
    );
    return evaluated(lines);
  };
  const environment = await configure("first");
  return {
    folder,
    environment,
    async configure(of) {
      await configure(of);
    },
  };
}

function serviceCredentials({ identity, aws, settings }: Organization) {
  return fromIni({
    profile: "default",
    filepath: identity.credentialsFile,
    configFilepath: identity.configFile,
    ignoreCache: true,
    clientConfig: { endpoint: aws, region: settings.homeRegion },
  });
}

async function createRoles(organization: Organization): Promise<void> {
  const { settings, aws, accountIds } = organization;
  const roles = createDeploymentRoles({
    chain: createRoleChain({ settings, credentials: serviceCredentials(organization), endpoint: aws }),
    partition: settings.partition,
    region: settings.homeRegion,
    endpoint: aws,
    documents: memberDeploymentRole(settings),
  });
  for (const accountId of accountIds) await roles.ensure(accountId, "op-benchmark");
}

/** The environment that a shell has after it has evaluated these lines. */
async function evaluated(lines: string): Promise<Record<string, string>> {
  const { stdout } = await promisify(execFile)("bash", ["-c", 'eval "$1"; exec env -0', "bash", lines], {
    env: plainEnvironment({}),
  });
  return Object.fromEntries(
    stdout
      .split("\0")
      .filter((line) => line.includes("="))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}
