import { admit, authorize, hold } from "./admission.ts";
import { AwsError, type Call, type Emulator, type Principal } from "./emulator.ts";
import type { FaultInjector } from "./faults.ts";
import type { Check } from "./launcher.ts";
import type { LoadedModel } from "./model/load.ts";
import type { OperationModel } from "./model/shapes.ts";
import { describeViolations, violations } from "./model/validate.ts";
import { type Backends, type Outcome, type Passage, readBody, send } from "./passage.ts";
import { fromJson, parseBody, toJson } from "./protocol/json-body.ts";
import { readRestJson, writeRestJson } from "./protocol/rest-json.ts";
import type { WireRequest, WireResponse } from "./wire.ts";

/** Parses, authorizes, validates and answers a call to a service that the gateway serves itself. */
export async function emulate(
  passage: Passage,
  backends: Backends,
  emulator: Emulator,
  model: LoadedModel,
  faults: FaultInjector,
): Promise<Outcome> {
  const { scope, requestId } = passage;
  passage.model = model;
  passage.format = model.service.metadata.protocol === "json" ? "json" : "rest-json";
  await readBody(passage);
  const route = routeEmulated(emulator, model, passage.request);
  const operation = route.operation.name;
  passage.operation = operation;
  await admit(passage, backends, faults);
  const handler = emulator.operations[operation];
  if (handler === undefined) throw notServed(scope.service, operation);
  const input = readInput(model, route, passage.request);
  const call = (principal: Principal): Call<Record<string, unknown>> => {
    const { service, region } = scope;
    return { service, operation, input, accountId: principal.accountId, region, principal, requestId };
  };
  const checks = checksOf(emulator, call(passage.principal ?? UNKNOWN_PRINCIPAL));
  const principal = await authorize(passage, backends, checks);
  validateInput(model, route.operation, input, emulator.selfValidating?.includes(operation));
  const output = await handler(call(principal));
  const answer = writeOutput(model, route.operation, output as Record<string, unknown>);
  await hold(passage, faults);
  send(passage.response, { ...answer, headers: { ...answer.headers, "x-amzn-requestid": requestId } });
  return { status: answer.status };
}

/** A call that nothing in the sandbox serves. */
export function notServed(service: string, operation: string): AwsError {
  return new AwsError("NotImplemented", `The sandbox does not serve ${service}:${operation}.`, 501);
}

interface EmulatedRoute {
  readonly operation: OperationModel;
  readonly labels: Readonly<Record<string, string>>;
}

/** Finds the operation by target header or by path. Throws `UnknownOperationException`. */
function routeEmulated(emulator: Emulator, { service, router }: LoadedModel, request: WireRequest): EmulatedRoute {
  if (service.metadata.protocol === "json") {
    const target = request.header("x-amz-target") ?? "";
    const operation = service.operations[target.split(".").at(-1) ?? ""];
    if (operation !== undefined) return { operation, labels: {} };
    throw new AwsError(
      "UnknownOperationException",
      `${emulator.signingName} has no operation ${target || "(no target)"}.`,
    );
  }
  const route = router.byPath(request);
  if (route !== undefined) return route;
  throw new AwsError(
    "UnknownOperationException",
    `${emulator.signingName} has no operation at ${request.method} ${request.path}.`,
    404,
  );
}

/** Reads the operation's input off the wire, not yet validated. */
function readInput({ service }: LoadedModel, route: EmulatedRoute, request: WireRequest): Record<string, unknown> {
  if (service.metadata.protocol === "rest-json") return readRestJson(service, route.operation, route.labels, request);
  if (route.operation.input === undefined) return {};
  return fromJson(service, route.operation.input, parseBody(request.body)) as Record<string, unknown>;
}

/** The IAM decisions that a call needs. */
function checksOf(emulator: Emulator, call: Call<Record<string, unknown>>): Check[] {
  const { actions, resources, context } = emulator.authorization?.(call) ?? {};
  return (actions ?? [`${emulator.signingName}:${call.operation}`]).flatMap((action) =>
    (resources ?? ["*"]).map((resource) => ({ action, resource, ...(context && { context }) })),
  );
}

/**
 * Throws the service's own validation error when the input breaks the model. An operation that checks the entries of its
 * batches itself is held to the model only outside of them.
 */
function validateInput({ service }: LoadedModel, operation: OperationModel, input: unknown, ownEntries = false): void {
  if (operation.input === undefined) return;
  const all = violations(service, operation.input, input);
  const found = ownEntries ? all.filter(({ path }) => !/\.\d+\./.test(path)) : all;
  if (found.length > 0) throw new AwsError(validationCode(operation), describeViolations(found));
}

/** Writes an operation's output. One that breaks the model throws an `Error` that names the member. */
function writeOutput(
  { service }: LoadedModel,
  operation: OperationModel,
  output: Record<string, unknown>,
): WireResponse {
  if (operation.output !== undefined) {
    const found = violations(service, operation.output, output, { strict: true });
    if (found.length > 0) throw new Error(`answer of ${operation.name}: ${describeViolations(found)}`);
  }
  if (service.metadata.protocol === "rest-json") return writeRestJson(service, operation, output);
  const body = operation.output === undefined ? {} : toJson(service, operation.output, output);
  return {
    status: 200,
    headers: { "content-type": `application/x-amz-json-${service.metadata.jsonVersion ?? "1.1"}` },
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** Stands in for a principal that only its verified signature will tell. */
const UNKNOWN_PRINCIPAL: Principal = { arn: "", accountId: "000000000000", type: "User" };

const VALIDATION_CODES = [
  "ValidationException",
  "InvalidInputException",
  "BadRequestException",
  "InvalidParameterException",
  "InvalidParameterValueException",
];

function validationCode(operation: OperationModel): string {
  const declared = new Set(operation.errors?.map((error) => error.shape));
  return VALIDATION_CODES.find((code) => declared.has(code)) ?? "ValidationException";
}
