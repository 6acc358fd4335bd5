import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateAccountCommand,
  DescribeCreateAccountStatusCommand,
  OrganizationsClient,
} from "@aws-sdk/client-organizations";
import { runBootstrap } from "../demo/bootstrap.ts";
import { type Client, createClient } from "../demo/client.ts";
import { createAdministrator, createServiceIdentity } from "../demo/identities.ts";
import { type Part, startPart, untilReady } from "../demo/parts.ts";
import { AdminLink, BaselineInputs } from "../programs/inputs.ts";
import { OrganizationSettings } from "../programs/settings.ts";
import { rootAccess } from "../sandbox/organization/root-access.ts";
import type { Case } from "./cases.ts";

export const repository = resolve(import.meta.dirname, "..");
export const token = "administrator-token-of-the-benchmark";
const START_MS = 60_000;
/** As runs have it: in production AWS takes none of the service's cores. The same on every side. */
const AWS_NICENESS = 10;
/** Every look is a request that the service answers at its own expense. */
const POLL_MS = 300;

/** A full baseline is in two of them. Every new account has them enabled. */
const REGIONS = ["us-east-1", "us-west-2"];

/** An organization of its own for one side: a sandbox, its roles, its admin stack, and empty accounts. */
export interface Organization {
  readonly folder: string;
  /** Where AWS answers. */
  readonly aws: string;
  readonly settings: OrganizationSettings;
  /** The accounts that get a baseline. */
  readonly accountIds: readonly string[];
  /** Data folder of the service that deployed the admin stack; the state and its passphrase are in it. */
  readonly data: string;
  /** Environment of the service with the settings of a case. */
  serviceEnvironment(of: Case, extra?: Readonly<Record<string, string>>): Record<string, string>;
  /** The inputs of an account's stack, as the service makes them. */
  inputsOf(accountId: string, of: Case): BaselineInputs;
  readonly identity: { readonly configFile: string; readonly credentialsFile: string };
  stop(): Promise<void>;
}

/** What a process of the benchmark sees of the environment: nothing of the AWS settings of whoever runs it. */
export function plainEnvironment(extra: Readonly<Record<string, string>>): Record<string, string> {
  const kept = ["PATH", "HOME", "LANG", "USER", "LOGNAME"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), ...extra };
}

/** Settings of the organization in each case: the changed one differs in one property of one resource per stack. */
function settingsOf(base: object, of: Case): object {
  return of === "changed" ? { ...base, passwordPolicy: { minimumPasswordLength: 16 } } : base;
}

/** What the settings of an organization are made of the sample's, once its sandbox answers. */
export type Adapt = (settings: { readonly features: object }, aws: string) => Promise<object>;
const inTwoRegions: Adapt = async (settings) => ({ ...settings, regions: REGIONS });

/** Makes an organization in a folder, and deploys its admin stack with the service, the same way for every side. */
export async function startOrganization(
  folder: string,
  accounts: number,
  adapt: Adapt = inTwoRegions,
): Promise<Organization> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const sandbox = await startSandbox(folder);
  try {
    const sample = JSON.parse(await readFile(join(repository, "sandbox/organization/settings.json"), "utf8"));
    const base = await adapt(sample as { features: object }, sandbox.url);
    const settingsFile = (of: Case) => join(folder, `settings-${of === "changed" ? "changed" : "base"}.json`);
    for (const name of ["first", "changed"] as const) {
      await writeFile(settingsFile(name), JSON.stringify(settingsOf(base, name), undefined, 2));
    }
    const { url: aws } = sandbox;
    const settings = OrganizationSettings.parse(settingsOf(base, "first"));
    const { management, security } = settings.accounts;
    const administrator = await createAdministrator(aws, management);
    await runBootstrap(
      plainEnvironment({
        AWS_ENDPOINT_URL: aws,
        AWS_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: administrator.accessKeyId,
        AWS_SECRET_ACCESS_KEY: administrator.secretAccessKey,
        BULWARK_SETTINGS: settingsFile("first"),
      }),
      () => undefined,
    );
    const identity = await createServiceIdentity(aws, security, settings.roles.service, join(folder, "aws"));
    // Before the queue of account events exists, or the service would onboard them by itself.
    const created = await createAccounts(aws, management, accounts);
    const vpcs = new Map(
      await Promise.all(created.map(async ({ accountId }) => [accountId, await vpcsOf(aws, accountId)] as const)),
    );
    const data = join(folder, "service");
    const serviceEnvironment: Organization["serviceEnvironment"] = (of, extra = {}) =>
      plainEnvironment({
        PORT: "0",
        BULWARK_DATA: data,
        BULWARK_SETTINGS: settingsFile(of),
        BULWARK_TOKEN: token,
        BULWARK_CONCURRENCY: "2",
        AWS_ENDPOINT_URL: aws,
        AWS_REGION: "us-east-1",
        AWS_CONFIG_FILE: identity.configFile,
        AWS_SHARED_CREDENTIALS_FILE: identity.credentialsFile,
        ...extra,
      });
    const outputs = await deployAdmin(folder, data, serviceEnvironment("first"));
    const { detectorIds, configBucket, configKeyArn } = outputs;
    const link = AdminLink.parse({ detectorIds, configBucket, configKeyArn });
    const { organizationId } = outputs;
    return {
      ...{ folder, aws, settings, data, identity, serviceEnvironment },
      accountIds: created.map(({ accountId }) => accountId),
      inputsOf(accountId, of) {
        const account = created.find((one) => one.accountId === accountId);
        if (account === undefined) throw new Error(`account ${accountId} is none of the benchmark's`);
        const { partition, homeRegion, accounts: core, roles, standards, passwordPolicy, features, regions } = settings;
        return BaselineInputs.parse({
          ...{ kind: "baseline", accountId, accountName: account.name, email: account.email, partition, homeRegion },
          ...{ organizationId, regions, accounts: core, roles, standards, features, admin: link },
          vpcs: vpcs.get(accountId),
          passwordPolicy: of === "changed" ? { ...passwordPolicy, minimumPasswordLength: 16 } : passwordPolicy,
        });
      },
      stop: () => sandbox.part.stop(),
    };
  } catch (error) {
    await sandbox.part.stop();
    throw error;
  }
}

async function startSandbox(folder: string): Promise<{ readonly part: Part; readonly url: string }> {
  const logPath = join(folder, "sandbox.log");
  const env = plainEnvironment({ SANDBOX_PORT: "0", SANDBOX_DATA: join(folder, "sandbox") });
  const part = await startPart("sandbox", join(repository, "sandbox/main.ts"), env, logPath, AWS_NICENESS);
  const url = await told(part, async () => {
    const log = await readFile(logPath, "utf8").catch(() => "");
    return /AWS sandbox at (http:\S+)/.exec(log)?.[1];
  });
  await untilReady(part, `${url}/_sandbox/health`, START_MS);
  return { part, url };
}

/** The networks that AWS made with an account, by region. */
async function vpcsOf(aws: string, accountId: string): Promise<BaselineInputs["vpcs"]> {
  const inRegions = REGIONS.map(async (region) => {
    const client = new EC2Client(rootAccess(aws, accountId, region));
    const { Vpcs = [] } = await client.send(new DescribeVpcsCommand({}));
    client.destroy();
    return [region, Vpcs.map(({ VpcId = "", IsDefault = false }) => ({ vpcId: VpcId, isDefault: IsDefault }))] as const;
  });
  return Object.fromEntries(await Promise.all(inRegions));
}

async function createAccounts(aws: string, management: string, count: number) {
  const client = new OrganizationsClient(rootAccess(aws, management, "us-east-1"));
  const accounts: { accountId: string; name: string; email: string }[] = [];
  for (let number = 1; number <= count; number++) {
    const name = `bench-${String(number).padStart(2, "0")}`;
    const email = `aws+${name}@clearing.example.com`;
    const { CreateAccountStatus: asked } = await client.send(
      new CreateAccountCommand({ AccountName: name, Email: email, RoleName: "OrganizationAccountAccessRole" }),
    );
    let status = asked;
    while (status?.State === "IN_PROGRESS") {
      await new Promise((settle) => setTimeout(settle, 50));
      const asking = new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: asked?.Id });
      ({ CreateAccountStatus: status } = await client.send(asking));
    }
    if (status?.AccountId === undefined) throw new Error(`creating account ${name}: ${status?.FailureReason}`);
    accounts.push({ accountId: status.AccountId, name, email });
  }
  client.destroy();
  return accounts;
}

/** Where a service with this data folder says that it listens; asked until it does. */
export async function urlOf(part: Pick<Part, "ended" | "name" | "logPath">, data: string): Promise<string> {
  return told(part, async () => {
    const facts = await readFile(join(data, "service.json"), "utf8").catch(() => undefined);
    return facts === undefined ? undefined : (JSON.parse(facts) as { url: string }).url;
  });
}

async function deployAdmin(folder: string, data: string, env: Record<string, string>) {
  const part = await startPart("service", join(repository, "api/main.ts"), env, join(folder, "service.log"));
  try {
    const url = await urlOf(part, data);
    await untilReady(part, `${url}/readyz`, START_MS);
    const client = createClient(url, token);
    const asked = await client.post<{ id: string }>("/admin/deployments", {});
    const done = await untilEnded(client, asked.id);
    return (done.result as { outputs: Record<string, unknown> }).outputs;
  } finally {
    await part.stop();
    await rm(join(data, "service.json"), { force: true });
  }
}

interface Ended {
  readonly id: string;
  readonly status: string;
  readonly createdAt: string;
  /** Of an operation that has ended. */
  readonly finishedAt: string;
  readonly error?: { readonly detail: string };
  readonly result?: unknown;
}

/** Waits for an operation. Throws when it did not succeed. */
export async function untilEnded(client: Client, id: string): Promise<Ended> {
  for (;;) {
    const operation = await client.get<Ended>(`/operations/${id}`);
    if (operation.status === "succeeded") return operation;
    if (!["queued", "running"].includes(operation.status)) {
      throw new Error(`operation ${id} is ${operation.status}: ${operation.error?.detail ?? ""}`);
    }
    await new Promise((settle) => setTimeout(settle, POLL_MS));
  }
}

async function told(
  part: Pick<Part, "ended" | "name" | "logPath">,
  ask: () => Promise<string | undefined>,
): Promise<string> {
  let ended: string | undefined;
  void part.ended.then((how) => {
    ended = how;
  });
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (ended !== undefined) throw new Error(`starting the ${part.name}: it ended with ${ended}; see ${part.logPath}`);
    await new Promise((settle) => setTimeout(settle, 50));
  }
}
