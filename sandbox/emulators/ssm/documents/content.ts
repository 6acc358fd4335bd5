import type { DocumentFormat, DocumentParameter, PlatformType } from "@aws-sdk/client-ssm";
import { CORE_SCHEMA, dump, load } from "js-yaml";
import { AwsError } from "../../../gateway/emulator.ts";
import type { DocumentType } from "../state.ts";
import { automationProblems } from "./automation-content.ts";
import { commandPlatforms, commandProblems } from "./command-content.ts";
import { type ContentObject, isObject } from "./content-object.ts";
import { sessionProblems } from "./session-content.ts";

/** A document's content, once it was found right. */
export interface Content {
  readonly schemaVersion: string;
  readonly description?: string | undefined;
  readonly parameters: readonly DocumentParameter[];
  readonly platformTypes: readonly PlatformType[];
  readonly parsed: ContentObject;
}

/** Schema versions by document type (Systems Manager user guide, "Schemas, features, and examples"). */
const SCHEMAS: Readonly<Record<DocumentType, readonly string[]>> = {
  Automation: ["0.3"],
  Command: ["1.2", "2.0", "2.2"],
  Session: ["1.0"],
};

/** Bytes of a document (Systems Manager quotas). */
const MOST_BYTES = 64 * 1024;

const PLATFORMS: readonly PlatformType[] = ["Windows", "Linux", "MacOS"];

/**
 * Reads and checks a document's content. Throws `MaxDocumentSizeExceeded`, `InvalidDocumentContent` with every problem,
 * and `InvalidDocumentSchemaVersion`.
 */
export function readContent(text: string, format: DocumentFormat, type: DocumentType): Content {
  if (Buffer.byteLength(text) > MOST_BYTES) {
    throw new AwsError("MaxDocumentSizeExceeded", "The size limit of a document is 64 KB.");
  }
  const parsed = parse(text, format);
  const { schemaVersion } = parsed;
  if (typeof schemaVersion !== "string") throw unfit("schemaVersion is required and must be a string");
  if (!SCHEMAS[type].includes(schemaVersion)) {
    throw new AwsError(
      "InvalidDocumentSchemaVersion",
      `Schema version ${schemaVersion} is not supported for document type ${type}: use ${SCHEMAS[type].join(", ")}.`,
    );
  }
  const problems = problemsOf(parsed, type);
  if (problems.length > 0) throw unfit(problems.join("; "));
  return {
    schemaVersion,
    description: parsed.description === undefined ? undefined : String(parsed.description),
    parameters: declaredParameters(parsed),
    platformTypes: type === "Command" ? commandPlatforms(parsed) : PLATFORMS,
    parsed,
  };
}

/** The content as GetDocument gives it: as it was given where the format is the same, translated otherwise. */
export function contentIn(
  format: DocumentFormat,
  given: { readonly text: string; readonly format: string; readonly content: Content },
): string {
  if (format === given.format) return given.text;
  return format === "YAML" ? dump(given.content.parsed) : JSON.stringify(given.content.parsed, null, 2);
}

function problemsOf(parsed: ContentObject, type: DocumentType): string[] {
  if (type === "Automation") return automationProblems(parsed);
  return type === "Command" ? commandProblems(parsed) : sessionProblems(parsed);
}

function parse(text: string, format: DocumentFormat): ContentObject {
  let parsed: unknown;
  try {
    parsed = format === "YAML" ? load(text, { schema: CORE_SCHEMA }) : JSON.parse(text);
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw unfit(`${format} not well-formed. ${reason}`);
  }
  if (!isObject(parsed)) throw unfit(`${format} not well-formed: the document must be an object`);
  // YAML reads 0.3 as a number where it is not quoted, and AWS takes that.
  return typeof parsed.schemaVersion === "number" ? { ...parsed, schemaVersion: String(parsed.schemaVersion) } : parsed;
}

function declaredParameters({ parameters }: ContentObject): DocumentParameter[] {
  if (!isObject(parameters)) return [];
  return Object.entries(parameters).map(([Name, declared]) => {
    const { type, description, default: value } = isObject(declared) ? declared : {};
    return {
      Name,
      // Of the model's two: lists are StringList, everything else travels as a string.
      Type: /List|Map/.test(String(type)) ? "StringList" : "String",
      ...(description === undefined ? {} : { Description: String(description) }),
      ...(value === undefined ? {} : { DefaultValue: typeof value === "string" ? value : JSON.stringify(value) }),
    };
  });
}

function unfit(reason: string): AwsError {
  return new AwsError("InvalidDocumentContent", reason);
}
