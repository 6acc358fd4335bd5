import type { PolicyType } from "@aws-sdk/client-organizations";
import { AwsError } from "../../gateway/emulator.ts";
import { constraint } from "./errors.ts";
import { limitsOf } from "./policy-limits.ts";

type Json = Readonly<Record<string, unknown>>;

/** Services whose actions a resource control policy may name. Source: Organizations user guide, "List of AWS services that support RCPs". */
const RESOURCE_CONTROLLED = [
  "aoss",
  "cognito-identity",
  "cognito-idp",
  "ecr",
  "kms",
  "logs",
  "s3",
  "secretsmanager",
  "sqs",
  "sts",
];

/** What EC2 takes orders on. Source: Organizations user guide, "EC2 policy syntax and examples". */
const EC2_ATTRIBUTES = [
  "allowed_images_settings",
  "exception_message",
  "image_block_public_access",
  "instance_metadata_defaults",
  "serial_console_access",
  "snapshot_block_public_access",
  "vpc_block_public_access",
];

/** Throws `MalformedPolicyDocumentException`, or `ConstraintViolationException` where the document is too long. */
export function checkDocument(type: PolicyType | undefined, content = ""): void {
  if (content.length > limitsOf(type).size) {
    throw constraint("POLICY_CONTENT_LIMIT_EXCEEDED", "You have exceeded the maximum policy size.");
  }
  const document = parsed(content);
  if (type === "SERVICE_CONTROL_POLICY") for (const statement of statementsOf(document)) checkService(statement);
  if (type === "RESOURCE_CONTROL_POLICY") {
    if (document.Version !== "2012-10-17") throw malformed();
    for (const statement of statementsOf(document)) checkResource(statement);
  }
  if (type === "DECLARATIVE_POLICY_EC2") checkEc2(document);
}

function parsed(content: string): Json {
  try {
    const document: unknown = JSON.parse(content);
    if (isObject(document)) return document;
  } catch {
    // No JSON at all is as wrong as JSON of another kind.
  }
  throw malformed();
}

function statementsOf({ Version, Statement, ...others }: Json): Json[] {
  const statements = Array.isArray(Statement) ? Statement : [Statement];
  const known = Object.keys(others).every((key) => key === "Id");
  const versioned = Version === undefined || Version === "2012-10-17" || Version === "2008-10-17";
  if (!known || !versioned || statements.length === 0 || !statements.every(isObject)) throw malformed();
  return statements;
}

/** Source: Organizations user guide, "SCP syntax". */
function checkService(statement: Json): void {
  const { Effect } = statement;
  const effect = Effect === "Allow" || Effect === "Deny";
  const named = "Principal" in statement || "NotPrincipal" in statement;
  if (!effect || named || !hasOne(statement, "Action", "NotAction") || !hasOne(statement, "Resource", "NotResource")) {
    throw malformed();
  }
  checkActions(statement.Action ?? statement.NotAction);
}

/** Source: Organizations user guide, "RCP syntax": only AWS's own policy allows, or names all actions of all services. */
function checkResource(statement: Json): void {
  const forAll = statement.Principal === "*" || (isObject(statement.Principal) && statement.Principal.AWS === "*");
  const other = "NotPrincipal" in statement || "NotAction" in statement;
  if (statement.Effect !== "Deny" || !forAll || other || !hasOne(statement, "Resource", "NotResource"))
    throw malformed();
  for (const action of checkActions(statement.Action)) {
    if (!RESOURCE_CONTROLLED.includes(action.split(":")[0] ?? "")) throw malformed();
  }
}

function checkActions(given: unknown): string[] {
  const actions = Array.isArray(given) ? given : [given];
  const valid = actions.every((action) => typeof action === "string" && /^(\*|[\w-]+:[\w*?]+)$/.test(action));
  if (actions.length === 0 || !valid) throw malformed();
  return actions as string[];
}

function checkEc2({ ec2_attributes: attributes, ...others }: Json): void {
  if (Object.keys(others).length > 0 || !isObject(attributes)) throw malformed();
  for (const [name, value] of Object.entries(attributes)) {
    if (!EC2_ATTRIBUTES.includes(name) || !isObject(value)) throw malformed();
  }
}

function hasOne(statement: Json, ...keys: readonly string[]): boolean {
  return keys.filter((key) => key in statement).length === 1;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(): AwsError {
  return new AwsError(
    "MalformedPolicyDocumentException",
    "The provided policy document does not meet the requirements of the specified policy type.",
  );
}
