import assert from "node:assert/strict";
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { CreateBucketCommand, GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetSessionTokenCommand, STSClient } from "@aws-sdk/client-sts";
import type { SessionCredentials } from "../../stacks/aws/session.ts";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { type Installation, install } from "./probe/installation.ts";

describe("state in S3 with secrets under a KMS key", () => {
  let sandbox: RunningSandbox;
  let at: Installation;
  let s3: S3Client;
  const bucket = "bulwark-state-of-the-tests";
  const owner = "222222222222";
  const inputs = { items: { one: { value: 1, token: "marker-of-a-secret" } }, secretOutput: "marker-of-an-output" };

  before(async () => {
    sandbox = await runSandbox();
    s3 = new S3Client({ ...sandbox.root(owner), forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
    const kms = new KMSClient(sandbox.root(owner));
    const { KeyMetadata: key } = await kms.send(new CreateKeyCommand({}));
    await kms.send(new CreateAliasCommand({ AliasName: "alias/bulwark-state", TargetKeyId: key?.KeyId }));
    at = await install(backend());
  });
  after(async () => {
    await at?.remove();
    await sandbox?.close();
  });

  const backend = () => ({
    backendUrl: `s3://${bucket}?region=us-east-1&use_path_style=true`,
    secretsProvider: "awskms:///alias/bulwark-state?region=us-east-1",
    passphraseFile: "/no/such/file",
    awsEndpointUrl: sandbox.url,
    backendCredentials: session,
  });
  async function session(): Promise<SessionCredentials> {
    const { Credentials: keys } = await new STSClient(sandbox.root(owner)).send(new GetSessionTokenCommand({}));
    assert.ok(keys?.AccessKeyId && keys.SecretAccessKey && keys.SessionToken);
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = keys;
    return { accessKeyId, secretAccessKey, sessionToken, expiration: "" };
  }
  async function state(): Promise<string> {
    const object = await s3.send(
      new GetObjectCommand({ Bucket: bucket, Key: ".pulumi/stacks/bulwark/account-1.json" }),
    );
    return (await object.Body?.transformToString()) ?? "";
  }
  const dataKey = async () => JSON.parse(await state()).checkpoint.latest.secrets_providers.state.encryptedkey;

  it("is all that a run needs to be told of", async () => {
    const { result } = await at.run(at.request("account-1", "up", inputs));
    assert.equal(result.changes.create, 2);
    assert.deepEqual(result.outputs, { hidden: "[secret]" });
    assert.doesNotMatch(await state(), /marker-of/);
  });

  it("keeps its data key, also for a runner that has never seen the stack", async () => {
    const key = await dataKey();
    assert.ok(key.length > 20);
    const other = await install(backend());
    try {
      const request = other.request("account-1", "up", { ...inputs, world: at.world, outputs: { more: true } });
      assert.equal((await other.run(request)).result.changes.same, 2);
      assert.equal(await dataKey(), key);
      await other.run(other.request("account-1", "destroy", inputs));
      await assert.rejects(state(), { name: "NoSuchKey" });
    } finally {
      await other.remove();
    }
  });
});
