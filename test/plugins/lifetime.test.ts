import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Provider } from "@pulumi/aws/provider.js";
import { Account as Hub } from "@pulumi/aws/securityhub/account.js";
import { allPids, readProcess } from "../process-files.ts";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { type Engine, startEngine } from "./engine.ts";
import { writeRootProfiles } from "./profiles.ts";

const ACCOUNT = "100000000004";

describe("a plugin's process", () => {
  let sandbox: RunningSandbox;
  let engine: Engine;
  let plugin: string;

  before(async () => {
    sandbox = await runSandbox();
    engine = await startEngine(sandbox.url);
    await writeRootProfiles(engine, ACCOUNT);
    const plugins = join(engine.env.PULUMI_HOME ?? "", "plugins");
    const folder = (await readdir(plugins)).find((name) => name.startsWith("resource-aws-v")) ?? "";
    plugin = join(plugins, folder, "pulumi-resource-aws");
  });

  after(async () => {
    await engine?.remove();
    await sandbox?.close();
  });

  /** The plugin processes of this test's engine. */
  function running(): number[] {
    return allPids().filter(
      (pid) =>
        readProcess(pid, "environ").includes(`PULUMI_HOME=${engine.env.PULUMI_HOME}`) &&
        readProcess(pid, "cmdline").includes(`${plugin.slice(0, plugin.lastIndexOf("/"))}/plugin.cjs`),
    );
  }

  async function until(ready: () => Promise<boolean>, milliseconds: number): Promise<boolean> {
    const deadline = Date.now() + milliseconds;
    while (Date.now() < deadline) {
      if (await ready()) return true;
      await sleep(50);
    }
    return ready();
  }

  const port = async (child: ChildProcess) => Number(String(await once(child.stdout ?? child, "data")));

  it("ends at once when the engine asks for it", async () => {
    const child = spawn(plugin, [], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...engine.env, PATH: "/bin:/usr/bin" },
    });
    assert.ok((await port(child)) > 0);
    child.kill("SIGINT");
    const [code] = await once(child, "exit");
    assert.equal(code, 0);
  });

  it("ends when nobody holds its input any more", async () => {
    const child = spawn(plugin, [], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...engine.env, PATH: "/bin:/usr/bin" },
    });
    await port(child);
    child.stdin?.end();
    const [code] = await once(child, "exit");
    assert.equal(code, 1);
  });

  it("is gone within a second of an engine that was killed in the middle of a call", async () => {
    const { errors } = await engine.run("killed", "up", async () => {
      const provider = new Provider("aws", { region: "us-east-1", profile: `bulwark-${ACCOUNT}` });
      new Hub("hub", {}, { provider });
      return {};
    });
    assert.equal(errors, "");
    const latency = [{ service: "securityhub", operation: "DescribeHub", kind: "latency", latencyMs: 30_000 }];
    await fetch(`${sandbox.url}/_sandbox/faults`, { method: "PUT", body: JSON.stringify(latency) });
    const calls = async () => {
      const response = await fetch(`${sandbox.url}/_sandbox/calls?operation=GetCallerIdentity`);
      return ((await response.json()) as unknown[]).length;
    };
    const before = await calls();
    // A refresh runs no program: one that loses its engine in the middle would leave what the next program of this process stumbles on.
    const failed = assert.rejects(engine.run("killed", "refresh"));
    assert.ok(await until(async () => (await calls()) > before, 120_000), "the provider was never configured");
    const [pid = 0] = running();
    const status = readProcess(pid, "status");
    process.kill(Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]), "SIGKILL");
    assert.ok(await until(async () => running().length === 0, 1000), "the plugin outlived its engine");
    await failed;
  });
});
