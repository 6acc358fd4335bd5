import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { only, type Parameters, type Step } from "./document.ts";

const FOLDER = import.meta.dirname;
const LAUNCH = "host/launch.sh";
const END_OF_FILE = "BULWARK_END_OF_FILE";

/** A script of a document that runs on the host. */
export interface HostScript {
  readonly step: string;
  /** The file that runs first; it is unpacked as main.py. Paths are relative to this folder. */
  readonly main: string;
  /** The files that it imports by their names. */
  readonly modules: readonly string[];
  /** Environment variables with fixed values, beside those that the parameters become. */
  readonly constants?: Readonly<Record<string, string>>;
  /** After so many seconds the agent ends the script; at most 172800. */
  readonly timeoutSeconds: number;
}

/**
 * The step that runs Python files on a Linux host. Its script unpacks them from here-documents that the shell leaves alone. Parameters reach them
 * as environment variables only: `ReportBucket` becomes `BULWARK_REPORT_BUCKET`. Throws where a file holds what would end its
 * here-document, or braces that Systems Manager would take for a parameter.
 */
export function pythonStep(script: HostScript, parameters: Parameters): Step {
  const constants = Object.entries(script.constants ?? {}).map(([name, value]) => setting(name, value));
  const values = Object.keys(parameters).map((name) => setting(environmentName(name), `{{ ${name} }}`));
  const files = [["main.py", script.main] as const, ...script.modules.map((path) => [basename(path), path] as const)];
  const lines = read(LAUNCH).flatMap((line) => {
    if (line === "# bulwark:parameters") return [...constants, ...values];
    if (line === "# bulwark:files") return files.flatMap(([name, path]) => hereDocument(name, path));
    return [line];
  });
  return {
    action: "aws:runShellScript",
    name: script.step,
    precondition: only("Linux"),
    inputs: { timeoutSeconds: String(script.timeoutSeconds), runCommand: lines },
  };
}

/** The step that runs a PowerShell file on a Windows host. It takes no parameters. */
export function powerShellStep(step: string, path: string): Step {
  return {
    action: "aws:runPowerShellScript",
    name: step,
    precondition: only("Windows"),
    inputs: { timeoutSeconds: "600", runCommand: read(path) },
  };
}

/** `ReportBucketOwner` is `BULWARK_REPORT_BUCKET_OWNER`. */
function environmentName(parameter: string): string {
  return `BULWARK_${parameter.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase()}`;
}

function setting(name: string, value: string): string {
  if (/['\n]/.test(value)) throw new Error(`${name} can't be written into a script: it has a quote or a line break`);
  return `export ${name}='${value}'`;
}

function hereDocument(name: string, path: string): string[] {
  return [`cat >"$work/${name}" <<'${END_OF_FILE}'`, ...read(path), END_OF_FILE];
}

/** The lines of a file beside this one. */
function read(path: string): string[] {
  const text = readFileSync(join(FOLDER, path), "utf8");
  for (const refused of ["{{", END_OF_FILE]) {
    if (text.includes(refused)) throw new Error(`programs/documents/${path} must not hold ${refused}`);
  }
  return text.trimEnd().split("\n");
}
