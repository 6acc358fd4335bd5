import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { PYTHON } from "./gateway-fixture.ts";

const MAIN = resolve(import.meta.dirname, "../../sandbox/main.ts");

describe("the sandbox as a process", () => {
  let parent: string;
  let dataDir: string;
  before(function () {
    if (!existsSync("/proc/self/environ")) this.skip(); // Only Linux tells of processes there.
  });
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), "bulwark-sandbox-"));
    // As in a checkout, whose package.json makes every file below it an ES module.
    writeFileSync(join(parent, "package.json"), '{ "type": "module" }');
    dataDir = join(parent, "data");
  });
  const started: ChildProcess[] = [];
  afterEach(() => {
    for (const child of started.splice(0)) child.kill("SIGKILL");
    rmSync(parent, { recursive: true, force: true });
  });

  function start(port: number): ChildProcess {
    const env = { PATH: process.env.PATH, SANDBOX_PORT: String(port), SANDBOX_DATA: dataDir, SANDBOX_PYTHON: PYTHON };
    const child = spawn(process.execPath, [MAIN], { env, stdio: ["ignore", "pipe", "pipe"] });
    started.push(child);
    return child;
  }

  /** The URL that it prints when it is ready. */
  async function urlOf(child: ChildProcess): Promise<string> {
    if (child.stdout === null) throw new Error("no stdout");
    for await (const line of createInterface({ input: child.stdout })) {
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
      if (url !== undefined) return url;
    }
    throw new Error("it ended without a URL");
  }

  /** Processes whose working folder or environment lies in this test's data folder. */
  function survivors(): string[] {
    return readdirSync("/proc").filter((pid) => {
      if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
      try {
        return readFileSync(`/proc/${pid}/environ`, "utf8").includes(dataDir);
      } catch {
        return false;
      }
    });
  }

  async function untilGone(): Promise<void> {
    for (let i = 0; i < 200 && survivors().length > 0; i++) await new Promise((done) => setTimeout(done, 50));
    assert.deepEqual(survivors(), []);
  }

  /** Runs a Node Lambda once, so that MiniStack has a worker process of its own. */
  async function invokeLambda(url: string): Promise<string> {
    const script = `
import boto3, io, json, sys, zipfile
root = dict(endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="100000000001", aws_secret_access_key="any")
trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
role = boto3.client("iam", **root).create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
code = io.BytesIO()
with zipfile.ZipFile(code, "w") as archive:
    archive.writestr("index.mjs", "export const handler = async () => process.env.AWS_ENDPOINT_URL;")
functions = boto3.client("lambda", **root)
functions.create_function(FunctionName="f", Runtime="nodejs22.x", Role=role, Handler="index.handler", Code={"ZipFile": code.getvalue()})
print(json.loads(functions.invoke(FunctionName="f")["Payload"].read()))
`;
    return (await promisify(execFile)(PYTHON, ["-c", script, url])).stdout.trim();
  }

  it("leaves no process behind when it is killed, its Lambdas included, which call the gateway", async () => {
    const child = start(0);
    const url = await urlOf(child);
    assert.equal(await invokeLambda(url), url);
    assert.ok(survivors().length >= 3);
    child.kill("SIGKILL");
    await once(child, "exit");
    await untilGone();
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`ends cleanly on ${signal}`, async () => {
      const child = start(0);
      await urlOf(child);
      child.kill(signal);
      assert.deepEqual(await once(child, "exit"), [0, null]);
      await untilGone();
    });
  }

  it("names a port that is taken and leaves nothing running", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const child = start(port);
    let text = "";
    child.stderr?.on("data", (chunk) => {
      text += chunk;
    });
    assert.deepEqual(await once(child, "exit"), [1, null]);
    assert.match(text, new RegExp(`port ${port} is taken.*SANDBOX_PORT`));
    await untilGone();
    other.close();
  });
});
