import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  CreateBucketCommand,
  GetBucketLifecycleConfigurationCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import pg from "pg";
import { type EmbeddedServer, startEmbeddedServer } from "../../api/store/embedded/server.ts";
import type { SessionCredentials } from "../../stacks/aws/session.ts";
import { StackRunError } from "../../stacks/errors.ts";
import { createRunner, type DeadRun, type RunIdentity, type RunnerConfig } from "../../stacks/runner.ts";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { filesUnder } from "../secrets/places.ts";
import { type Installation, install } from "./probe/installation.ts";
import { eventually } from "./probe/processes.ts";

/** A kind of state backend, and how a test looks into it. */
interface Backend {
  readonly config: Partial<RunnerConfig>;
  /** Everything stored, by its key from `.pulumi` on. */
  stored(): Promise<Record<string, string>>;
  /** A second one of the kind, with nothing in it: two installations may share the first. */
  close(): Promise<void>;
}

const operations = readFile(new URL("../../docs/operations.md", import.meta.url), "utf8");

/** A block of code of docs/operations.md, which an operator will copy: the one that begins with these words. */
async function documented(language: string, beginning: string): Promise<string> {
  const blocks = (await operations).matchAll(/```(\w+)\n([\s\S]*?)```/g);
  for (const [, kind, text = ""] of blocks) if (kind === language && text.includes(beginning)) return text;
  throw new Error(`docs/operations.md has no ${language} block with ${beginning}`);
}

async function inFiles(): Promise<Backend> {
  const folder = await mkdtemp(join(tmpdir(), "bulwark-backend-"));
  return {
    config: { backendUrl: `file://${folder}` },
    async stored() {
      const files = Object.entries(await filesUnder(folder));
      return Object.fromEntries(files.map(([path, text]) => [path.slice(folder.length + 1), text]));
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

const bucket = "bulwark-state-of-the-tests";
const owner = "222222222222";

async function inS3(): Promise<Backend & { readonly s3: S3Client }> {
  const sandbox: RunningSandbox = await runSandbox();
  const s3 = new S3Client({ ...sandbox.root(owner), forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const kms = new KMSClient(sandbox.root(owner));
  const { KeyMetadata: key } = await kms.send(new CreateKeyCommand({}));
  // Under the role that operators are told to make: IAM is enforced, so that its policy has to be enough.
  const iam = new IAMClient(sandbox.root(owner));
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${owner}:root` }, Action: "sts:AssumeRole" }],
  };
  const { Role: role } = await iam.send(
    new CreateRoleCommand({ RoleName: "BulwarkState", AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  const policy = (await documented("json", "kms:Encrypt"))
    .replaceAll("BUCKET", bucket)
    .replace(/"arn:aws:kms:[^"]*"/, `"${key?.Arn}"`);
  await iam.send(new PutRolePolicyCommand({ RoleName: "BulwarkState", PolicyName: "State", PolicyDocument: policy }));
  async function backendCredentials(operationId: string): Promise<SessionCredentials> {
    const command = new AssumeRoleCommand({ RoleArn: role?.Arn, RoleSessionName: operationId });
    const { Credentials: keys } = await new STSClient(sandbox.root(owner)).send(command);
    assert.ok(keys?.AccessKeyId && keys.SecretAccessKey && keys.SessionToken);
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = keys;
    return { accessKeyId, secretAccessKey, sessionToken, expiration: "" };
  }
  return {
    s3,
    config: {
      backendUrl: `s3://${bucket}?region=us-east-1&use_path_style=true`,
      // In the sandbox a key that is named by its alias is authorized by the alias's ARN; AWS takes the key's.
      secretsProvider: `awskms:///${key?.KeyId}?region=us-east-1`,
      passphraseFile: "/no/such/file",
      awsEndpointUrl: sandbox.url,
      backendCredentials,
    },
    async stored() {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
      const texts = Contents.map(async ({ Key = "" }) => {
        const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
        return [Key, (await object.Body?.transformToString()) ?? ""];
      });
      return Object.fromEntries(await Promise.all(texts));
    },
    async close() {
      s3.destroy();
      kms.destroy();
      await sandbox.close();
    },
  };
}

interface InPostgres extends Backend {
  query(statement: string): Promise<unknown[]>;
}

async function inPostgres(): Promise<InPostgres> {
  const folder = await mkdtemp(join(tmpdir(), "bulwark-backend-"));
  // mkdtemp makes it for its owner alone; as root, the database's user has to pass.
  await chmod(folder, 0o755);
  const server: EmbeddedServer = await startEmbeddedServer(folder);
  const { host, user, password } = server.address;
  const passwordFile = join(folder, "pgpass");
  await writeFile(passwordFile, `*:*:*:${user}:${password}\n`, { mode: 0o600 });
  const admin = new pg.Client(server.address);
  await admin.connect();
  await admin.query("create database state");
  await admin.end();
  async function query(statement: string): Promise<unknown[]> {
    const client = new pg.Client({ ...server.address, database: "state" });
    await client.connect();
    try {
      return (await client.query(statement)).rows ?? [];
    } finally {
      await client.end();
    }
  }
  return {
    config: { backendUrl: `postgres://${user}@/state?host=${host}&sslmode=disable&passfile=${passwordFile}` },
    query,
    async stored() {
      const rows = (await query("select key, data->>'data' as data from pulumi_state")) as Record<
        "key" | "data",
        string
      >[];
      // The engine puts the database's name before every key.
      return Object.fromEntries(
        rows.map(({ key, data }) => [key.replace(/^state\//, ""), Buffer.from(data, "base64").toString()]),
      );
    },
    async close() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const inputs = { items: { one: { value: 1, token: "marker-of-a-secret" } }, secretOutput: "marker-of-an-output" };

/** What holds in every backend; returns how to reach its parts in the tests that only one kind has. */
function keepsStacks(open: () => Promise<Backend>): () => { readonly backend: Backend; readonly at: Installation } {
  let backend: Backend;
  let at: Installation;
  before(async () => {
    backend = await open();
    at = await install(backend.config);
  });
  after(async () => {
    await at?.remove();
    await backend?.close();
  });
  const keys = async (part: string): Promise<string[]> =>
    Object.keys(await backend.stored()).filter((key) => key.includes(part));
  const state = async (stack: string): Promise<string> =>
    (await backend.stored())[`.pulumi/stacks/bulwark/${stack}.json`] ?? "";

  it("is all that a run needs to be told of, and holds secrets encrypted", async () => {
    const { result } = await at.run(at.request("account-1", "up", inputs));
    assert.equal(result.changes.create, 2);
    assert.deepEqual(result.outputs, { hidden: "[secret]" });
    const { resources } = JSON.parse(await state("account-1")).checkpoint.latest;
    assert.doesNotMatch(JSON.stringify(resources), /marker-of/);
    assert.deepEqual(await keys(".pulumi/locks"), []);
  });

  it("keeps its encryption, also for a runner that has never seen the stack, and lets the stack go", async () => {
    const encryption = async () => JSON.parse(await state("account-1")).checkpoint.latest.secrets_providers.state;
    const before = await encryption();
    const { passphraseFile } = at.config;
    const other = await install({ ...backend.config, passphraseFile });
    try {
      const request = other.request("account-1", "up", { ...inputs, world: at.world, outputs: { more: true } });
      assert.equal((await other.run(request)).result.changes.same, 2);
      assert.deepEqual(await encryption(), before);
      await other.run(other.request("account-1", "destroy", inputs));
      assert.equal(await state("account-1"), "");
    } finally {
      await other.remove();
    }
  });

  it("lets one run at a time change a stack, and says who holds it", async () => {
    const cancel = new AbortController();
    const items = { slow: { hold: true } };
    const first = at.run(at.request("account-2", "up", { items }), cancel.signal);
    await eventually("a call in flight", async () => (await at.journal()).find(({ name }) => name === "slow"));
    const [lock = "", ...more] = await keys(".pulumi/locks");
    assert.match(lock, /^\.pulumi\/locks\/organization\/bulwark\/account-2\/[0-9a-f-]{36}\.json$/);
    assert.deepEqual(more, []);
    const content = JSON.parse((await backend.stored())[lock] ?? "");
    assert.deepEqual(Object.keys(content).sort(), ["hostname", "pid", "timestamp", "username"]);
    const other = await install({ ...backend.config, passphraseFile: at.config.passphraseFile });
    try {
      const error = await other.run(other.request("account-2", "up")).catch((thrown: unknown) => thrown);
      assert.ok(error instanceof StackRunError, String(error));
      assert.equal(error.code, "locked");
    } finally {
      await other.remove();
    }
    await at.release();
    await first;
    assert.deepEqual(await keys(".pulumi/locks"), []);
  });

  it("is freed of a dead run's lock and pending operation by a recovery, and the stack goes on", async () => {
    const dead: { identity?: RunIdentity; engines: number[]; begunAt: string } = {
      engines: [],
      begunAt: new Date().toISOString(),
    };
    const items = { endless: { sleepMs: 600_000 } };
    const runner = createRunner(at.config);
    try {
      const run = runner
        .run(at.request("account-3", "up", { items }), {
          onEvent: () => undefined,
          async onStarting(identity) {
            dead.identity = identity;
          },
          onEngine: (pid) => void dead.engines.push(pid),
        })
        .catch((error: unknown) => error);
      await eventually("a call in flight", async () => (await at.journal()).find(({ name }) => name === "endless"));
      process.kill(dead.identity?.session ?? 0, "SIGKILL");
      const error = await run;
      assert.ok(error instanceof StackRunError && error.unclean === true, String(error));
      assert.equal((await keys(".pulumi/locks")).length, 1);
      assert.ok(dead.identity);
      const { engines, begunAt } = dead;
      const deadRun: DeadRun = { ...dead.identity, engines, begunAt };
      // What was adopted is not looked for: of real inputs that is known.
      const own = { items: {}, adoptions: [], partition: "aws" };
      const { verb: _, ...request } = at.request("account-3", "up", own);
      const report = await runner.recover(
        { ...request, recovery: { dead: [deadRun], suspects: [] } },
        { onEvent: () => undefined },
      );
      assert.equal(report.locksRemoved.length, 1);
      assert.deepEqual(await keys(".pulumi/locks"), []);
      const result = await runner.run(at.request("account-3", "up", { items: { one: {} } }), {
        onEvent: () => undefined,
      });
      assert.equal(result.resources, 2);
      assert.deepEqual(JSON.parse(await state("account-3")).checkpoint.latest.pending_operations ?? [], []);
    } finally {
      await runner.close();
    }
  });

  return () => ({ backend, at });
}

describe("state in files", () => {
  keepsStacks(inFiles);
});

describe("state in S3 with secrets under a KMS key", () => {
  const parts = keepsStacks(inS3);

  it("takes the lifecycle rule that operators are given, which never touches checkpoints or locks", async () => {
    const { s3 } = parts().backend as Awaited<ReturnType<typeof inS3>>;
    const rules = JSON.parse(await documented("json", "NoncurrentVersionExpiration"));
    await s3.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: "Enabled" } }));
    await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration: rules }));
    const { Rules = [] } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }));
    assert.equal(Rules.length, rules.Rules.length);
    const expiring = Rules.filter(({ Expiration }) => Expiration?.Days !== undefined);
    assert.deepEqual(expiring.map(({ Filter }) => Filter?.Prefix).sort(), [".pulumi/backups/", ".pulumi/history/"]);
    const { at } = parts();
    await at.run(at.request("account-4", "up", inputs));
    assert.equal((await at.run(at.request("account-4", "up", inputs))).result.changes.same, 2);
  });
});

describe("state in PostgreSQL", () => {
  const parts = keepsStacks(inPostgres);

  it("is bounded by the statement that operators are given, update by update", async () => {
    const { backend, at } = parts();
    const { query } = backend as InPostgres;
    const updates = async (stack: string): Promise<string[]> =>
      Object.keys(await backend.stored()).filter((key) => key.includes(`/history/bulwark/${stack}/`));
    for (const value of [1, 2]) await at.run(at.request("account-5", "up", { items: { one: { value } } }));
    const real = await updates("account-5");
    assert.equal(real.length, 4);
    for (let stamp = 1000; stamp < 1030; stamp++) {
      for (const kind of ["history", "checkpoint"]) {
        const key = `state/.pulumi/history/bulwark/account-5/account-5-${stamp}.${kind}.json`;
        await query(`insert into pulumi_state (key, data) values ('${key}', '{"data":"e30="}')`);
      }
    }
    const others = Object.keys(await backend.stored()).filter((key) => !key.includes("/account-5/"));
    await query(await documented("sql", "delete from pulumi_state"));
    const left = await updates("account-5");
    assert.equal(left.length, 40);
    for (const key of real) assert.ok(left.includes(key), key);
    const untouched = Object.keys(await backend.stored()).filter((key) => !key.includes("/account-5/"));
    assert.deepEqual(untouched, others);
    const { result } = await at.run(at.request("account-5", "up", { items: { one: { value: 2 } } }));
    assert.equal(result.changes.same, 2);
  });
});
