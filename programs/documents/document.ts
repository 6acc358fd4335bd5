import { type DocumentParameter, unsafe } from "./parameter.ts";

/** What `aws:ssm/document:Document` takes to make a document. */
export interface SsmDocument {
  readonly name: string;
  readonly documentType: "Command" | "Automation";
  readonly documentFormat: "JSON";
  readonly content: string;
}

export type Parameters = Readonly<Record<string, DocumentParameter>>;

/** A step of a Command document (schema 2.2). */
export interface Step {
  readonly action: "aws:runShellScript" | "aws:runPowerShellScript" | "aws:runDocument";
  readonly name: string;
  readonly precondition: { readonly StringEquals: readonly ["platformType", "Linux" | "Windows"] };
  readonly inputs: Readonly<Record<string, unknown>>;
}

/**
 * Bytes that a document's content may have: Systems Manager takes 64 KB, the values of parameters included (API reference,
 * `CreateDocument`), so 8 KB are left to those.
 */
const MOST_BYTES = 56 * 1024;

/** Makes a Command document. Throws if a parameter is not safe to be written into a script, or the content is too large. */
export function commandDocument(
  name: string,
  description: string,
  parameters: Parameters,
  mainSteps: readonly Step[],
): SsmDocument {
  for (const [parameter, declared] of Object.entries(parameters)) {
    const reason = unsafe(declared);
    if (reason !== undefined) throw new Error(`SSM document ${name}: parameter ${parameter} ${reason}`);
  }
  const content = JSON.stringify({ schemaVersion: "2.2", description, parameters, mainSteps });
  const bytes = Buffer.byteLength(content);
  if (bytes > MOST_BYTES)
    throw new Error(`SSM document ${name} has ${bytes} bytes, more than the ${MOST_BYTES} allowed`);
  return { name, documentType: "Command", documentFormat: "JSON", content };
}

/** Steps run on the platform that their precondition names; the agent skips them on others. */
export function only(platform: "Linux" | "Windows"): Step["precondition"] {
  return { StringEquals: ["platformType", platform] };
}
