import { spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { AwsSecurityFinding } from "@aws-sdk/client-securityhub";
import type { SsmDocument } from "../../../programs/documents/document.ts";
import { accepts, type DocumentParameter } from "../../../programs/documents/parameter.ts";
import { PYTHON } from "../../sandbox/gateway-fixture.ts";

const STAND_INS = join(import.meta.dirname, "stand-ins");
/** What the scripts need of a host beside the stand-ins. Nothing else of this machine is on their path. */
const SYSTEM = ["basename", "cat", "cpio", "env", "ionice", "mktemp", "nice", "rm", "sh", "tr", "true"];
const MANAGERS = ["dnf", "yum", "zypper", "apt-get", "needs-restarting"];

/** The scripts are for hosts with Linux: they read /proc and open files as Linux does. */
export const describeOnLinux = process.platform === "linux" ? describe : describe.skip;

export const ACCOUNT = "100000000001";
export const REGION = "us-east-1";
export const INSTANCE = "i-0123456789abcdef0";
export const REPORTS = { bucket: "bulwark-reports", bucketOwner: "333333333333", prefix: "hosts" };

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface HowToRun {
  readonly environment?: Readonly<Record<string, string>>;
  /** Programs to run the script by. */
  readonly through?: readonly string[];
  /** Happens while the script runs. `end` signals its process group, as the agent does when a command is cancelled. */
  readonly during?: (end: (signal: NodeJS.Signals) => void) => Promise<void>;
}

export interface Call {
  readonly service: string;
  readonly operation?: string;
  readonly [argument: string]: unknown;
}

/** The content of a Command document, as far as the tests look at it. */
export interface Content {
  readonly schemaVersion: string;
  readonly parameters: Readonly<Record<string, DocumentParameter>>;
  readonly mainSteps: readonly {
    readonly name: string;
    readonly action: string;
    readonly precondition?: unknown;
    readonly inputs: {
      readonly runCommand?: readonly string[];
      readonly timeoutSeconds?: string;
      readonly documentPath?: string;
      readonly documentParameters?: Readonly<Record<string, string>>;
    };
  }[];
}

export function contentOf(document: SsmDocument): Content {
  return JSON.parse(document.content) as Content;
}

/** The severity that a finding's provider gives it. */
export function severityOf(finding: AwsSecurityFinding | undefined): string | undefined {
  return finding?.FindingProviderFields?.Severity?.Label;
}

/** The script of a step as Systems Manager sends it: every `{{ Parameter }}` is replaced by its value. Throws if a value is refused. */
export function scriptOf(document: SsmDocument, step: string, values: Readonly<Record<string, string>>): string {
  const { parameters, mainSteps } = contentOf(document);
  const lines = mainSteps.find((each) => each.name === step)?.inputs.runCommand;
  if (lines === undefined) throw new Error(`${document.name} has no script in step ${step}`);
  for (const name of Object.keys(values)) if (!(name in parameters)) throw new Error(`no parameter ${name}`);
  return `${lines.join("\n")}\n`.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => {
    const declared = parameters[name];
    const value = values[name] ?? declared?.default ?? "";
    if (declared === undefined || !accepts(declared, value)) throw new Error(`parameter ${name} refuses ${value}`);
    return value;
  });
}

/** A host of a test: a folder with its disk, its programs, its buckets, and the calls that its programs got. */
export class Host {
  readonly folder = mkdtempSync(join(tmpdir(), "bulwark-host-"));
  readonly disk = join(this.folder, "disk");
  readonly work = join(this.folder, "work");
  readonly home = join(this.folder, "stand-in");
  readonly #bin = join(this.folder, "bin");
  readonly #metadata: Server;
  readonly #endpoint: string;
  #last: number | undefined;

  private constructor(metadata: Server, standIns: readonly string[]) {
    this.#metadata = metadata;
    this.#endpoint = `http://127.0.0.1:${(metadata.address() as AddressInfo).port}`;
    for (const folder of [this.disk, this.home, this.#bin]) mkdirSync(folder);
    for (const name of SYSTEM) {
      const found = ["/bin", "/usr/bin"].find((folder) => readdirSync(folder).includes(name));
      if (found !== undefined) symlinkSync(join(found, name), join(this.#bin, name));
    }
    this.program("python3", `#!/bin/sh\nexec "${process.env.HOST_PYTHON ?? PYTHON}" "$@"\n`);
    for (const name of standIns) {
      const source = MANAGERS.includes(name) ? "package-manager" : name;
      copyFileSync(join(STAND_INS, source), join(this.#bin, name));
    }
  }

  /** Starts a host with these programs, and instance metadata that answers to version 2 only. */
  static async start(...standIns: string[]): Promise<Host> {
    const server = createServer((request, response) => {
      const token = request.headers["x-aws-ec2-metadata-token"];
      if (request.method === "PUT" && request.url === "/latest/api/token") {
        response
          .writeHead(request.headers["x-aws-ec2-metadata-token-ttl-seconds"] === undefined ? 400 : 200)
          .end("token");
      } else if (request.url !== "/latest/dynamic/instance-identity/document" || token !== "token") {
        response.writeHead(401).end();
      } else response.end(JSON.stringify({ accountId: ACCOUNT, region: REGION, instanceId: INSTANCE }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Host(server, standIns);
  }

  /** Puts a program on the host's path, in place of one of the same name. */
  program(name: string, text: string): void {
    rmSync(join(this.#bin, name), { force: true });
    writeFileSync(join(this.#bin, name), text, { mode: 0o755 });
  }

  removeProgram(name: string): void {
    rmSync(join(this.#bin, name));
  }

  /** Writes a file on the host's disk and returns its path. */
  write(path: string, content: string | Buffer): string {
    const full = join(this.disk, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
    return full;
  }

  /** Tells the stand-ins how to behave. */
  tell(file: string, content: string): void {
    writeFileSync(join(this.home, file), content);
  }

  /** Runs a step as the agent does: the script in a file, run by sh in a process group of its own. */
  async run(
    document: SsmDocument,
    step: string,
    values: Readonly<Record<string, string>> = {},
    { environment = {}, through = [], during }: HowToRun = {},
  ): Promise<Ran> {
    const { parameters } = contentOf(document);
    const paths = "Paths" in parameters ? { Paths: this.disk } : {};
    const script = join(this.folder, "_script.sh");
    writeFileSync(script, scriptOf(document, step, { WorkFolder: this.work, ...paths, ...values }), { mode: 0o700 });
    const command = [...through, "/bin/sh", "-c", script];
    const child = spawn(command[0] ?? "", command.slice(1), {
      cwd: this.folder,
      detached: true,
      env: { ...this.environment(), ...environment },
    });
    this.#last = child.pid;
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    await during?.((signal) => process.kill(-(child.pid ?? Number.NaN), signal));
    const code = await ended;
    return { code, stdout, stderr };
  }

  /** What the agent's processes have in their environment here. */
  environment(): Record<string, string> {
    return {
      PATH: this.#bin,
      TMPDIR: this.folder,
      STAND_IN: this.home,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: this.#endpoint,
      AWS_SSM_REGION_NAME: REGION,
      AWS_SSM_INSTANCE_ID: INSTANCE,
    };
  }

  /** What the programs were called with, in order. */
  calls(service?: string): Call[] {
    let text = "";
    try {
      text = readFileSync(join(this.home, "calls.jsonl"), "utf8");
    } catch {
      return [];
    }
    const calls = text.split("\n").filter((line) => line !== "");
    return calls
      .map((line) => JSON.parse(line) as Call)
      .filter((call) => service === undefined || call.service === service);
  }

  forgetCalls(): void {
    rmSync(join(this.home, "calls.jsonl"), { force: true });
  }

  async close(): Promise<void> {
    try {
      // What a failed test left running.
      process.kill(-(this.#last ?? Number.NaN), "SIGKILL");
    } catch {
      // Nothing.
    }
    await new Promise((resolve) => this.#metadata.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Runs Python with the documents' modules at hand: JSON in, JSON out. */
export function python<Answer>(folders: readonly string[], code: string, input: unknown): Answer {
  const root = join(import.meta.dirname, "../../../programs/documents");
  const ran = spawnSync(
    process.env.HOST_PYTHON ?? PYTHON,
    ["-B", "-c", `import json, sys\ninput = json.load(sys.stdin)\n${code}`],
    {
      input: JSON.stringify(input),
      encoding: "utf8",
      env: { PYTHONPATH: folders.map((folder) => join(root, folder)).join(":"), PYTHONIOENCODING: "utf-8" },
    },
  );
  if (ran.status !== 0) throw new Error(`python ended with ${ran.status}: ${ran.stderr}`);
  return JSON.parse(ran.stdout) as Answer;
}
