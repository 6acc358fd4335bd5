// The plain promise pool that Bulwark is compared with: what one writes around the Automation API. Everything is loaded
// before the first order, so that its start is not counted. usage: pool-process.ts <file for its port>
import { mkdir, rename, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Config } from "@pulumi/pulumi";
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { programFor } from "../../programs/program.ts";
import { CONCURRENCY } from "../cases.ts";

/** What the pool is asked to deploy. */
export interface Order {
  /** Each stack's workspace is kept in it, with its salt. */
  readonly workspaces: string;
  readonly previewsFirst: boolean;
  readonly stacks: readonly { readonly name: string; readonly inputs: object }[];
}

async function deploy({ workspaces, previewsFirst }: Order, { name, inputs }: Order["stacks"][number]): Promise<void> {
  const workDir = join(workspaces, name);
  await mkdir(workDir, { recursive: true });
  const program = async () => programFor(name).run(new Config("bulwark").requireObject("inputs"));
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: name, projectName: "bulwark", program },
    { workDir },
  );
  await stack.setAllConfig({
    "bulwark:inputs": { value: JSON.stringify(inputs) },
    "pulumi:disable-default-providers": { value: '["*"]' },
  });
  if (previewsFirst) await stack.preview();
  await stack.up();
}

async function deployAll(order: Order): Promise<void> {
  const queue = [...order.stacks];
  const worker = async () => {
    for (let stack = queue.shift(); stack !== undefined; stack = queue.shift()) await deploy(order, stack);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

const server = createServer(async (request, response) => {
  try {
    await deployAll(JSON.parse(await text(request)) as Order);
    response.end("done");
  } catch (error) {
    response.writeHead(500).end(error instanceof Error ? error.stack : String(error));
  }
});
server.requestTimeout = 0;
server.listen(0, "127.0.0.1", async () => {
  const portFile = process.argv[2] ?? "";
  await writeFile(`${portFile}.new`, String((server.address() as AddressInfo).port));
  await rename(`${portFile}.new`, portFile);
});
process.once("SIGTERM", () => process.exit(0));
