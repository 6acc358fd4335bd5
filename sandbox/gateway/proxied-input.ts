import { AwsError } from "./emulator.ts";
import type { LoadedModel, Models } from "./model/load.ts";
import type { OperationModel } from "./model/shapes.ts";
import { type Violation, violations } from "./model/validate.ts";
import { checkedModelOf } from "./owners.ts";
import { type Passage, readBody } from "./passage.ts";
import { type Protocol, protocolSpoken } from "./protocol/protocol.ts";
import { query } from "./protocol/query.ts";

/** Checking takes 0.02 to 0.1 ms for most calls, but 2 ms for a message of 200 KB and 8 ms for a thousand log events. */
const MOST_BYTES = 32 * 1024;

/**
 * The error by which AWS refuses the input of a call that is passed on; undefined where the input keeps to the service
 * model. Reads the body of what it checks. Unchecked are services without a line in `owners.ts`, operations that the model
 * does not have, bodies that are compressed or large, and calls in another protocol than the model's (CBOR, forms to a JSON service).
 */
export async function wrongInput(passage: Passage, models: Models): Promise<AwsError | undefined> {
  const { scope, request, format, operation: name } = passage;
  const checked = checkedModelOf(scope.service);
  const isPlain = request.header("content-encoding") === undefined;
  if (checked === undefined || !isPlain || Number(request.header("content-length") ?? 0) > MOST_BYTES) return undefined;
  const model = models.get(checked);
  const protocol = protocolSpoken(model.service, format);
  const operation = Object.hasOwn(model.service.operations, name) ? model.service.operations[name] : undefined;
  if (protocol === undefined || operation?.input === undefined) return undefined;
  await readBody(passage);
  const error = errorOf(passage, model, protocol, operation);
  // Its errors are in the model's words.
  if (error !== undefined) passage.model = model;
  return error;
}

function errorOf(
  { scope, request }: Passage,
  model: LoadedModel,
  protocol: Protocol,
  operation: OperationModel,
): AwsError | undefined {
  if (operation.input === undefined) return undefined;
  try {
    const input = protocol.read(model.service, protocol.route(model, request), request);
    const found = violations(model.service, operation.input, input);
    if (found.length === 0) return undefined;
    const own = Object.hasOwn(OWN_ERRORS, scope.service) ? OWN_ERRORS[scope.service] : undefined;
    return (own ?? protocol.invalid)(operation, found);
  } catch (error) {
    // A value of another type.
    if (error instanceof AwsError) return error;
    throw error;
  }
}

/** By signing name: services whose errors are not those of their protocol. */
const OWN_ERRORS: Readonly<Record<string, Protocol["invalid"]>> = {
  // Whatever the protocol, it answers as it did when it had forms only.
  monitoring: query.invalid,
  sqs: wrongInputToSqs,
};

/** SQS's API Reference: "Common Errors" (MissingParameter), SetQueueAttributes (InvalidAttributeName). */
function wrongInputToSqs(_operation: OperationModel, found: readonly Violation[]): AwsError {
  const missing = found.find(({ value }) => value === undefined);
  if (missing !== undefined) {
    const parameter = parameterOfSqs(missing.path);
    return new AwsError("MissingParameter", `The request must contain the parameter ${parameter}.`);
  }
  const unknown = found.find(({ constraint }) => constraint.includes("enum"));
  if (unknown !== undefined) return new AwsError("InvalidAttributeName", `Unknown Attribute ${unknown.value}.`);
  const told = found.map(({ path, value }) => `Value ${value} for parameter ${parameterOfSqs(path)} is invalid.`);
  return new AwsError("InvalidParameterValue", told.join(" "));
}

/** `entries.1.member.id` is `Entries.1.Id`. */
function parameterOfSqs(path: string): string {
  const parts = path.split(".").filter((part, i, all) => part !== "member" || !/^\d+$/.test(all[i - 1] ?? ""));
  return parts.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join(".");
}
