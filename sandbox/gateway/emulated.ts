import { admit, authorize, hold } from "./admission.ts";
import { AwsError, type Call, type Check, type Emulator, type Principal } from "./emulator.ts";
import type { FaultInjector } from "./faults.ts";
import type { LoadedModel } from "./model/load.ts";
import type { OperationModel } from "./model/shapes.ts";
import { describeViolations, violations } from "./model/validate.ts";
import { type Backends, type Outcome, type Passage, readBody, send } from "./passage.ts";
import { type Protocol, protocolOf } from "./protocol/protocol.ts";

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
  const protocol = protocolOf(model.service);
  passage.format = protocol.format;
  await readBody(passage);
  const route = protocol.route(model, passage.request);
  const operation = route.operation.name;
  passage.operation = operation;
  await admit(passage, backends, faults);
  const handler = emulator.operations[operation];
  if (handler === undefined) throw notServed(scope.service, operation);
  const input = protocol.read(model.service, route, passage.request);
  const call = (principal: Principal): Call<Record<string, unknown>> => {
    const { service, region } = scope;
    return { service, operation, input, accountId: principal.accountId, region, principal, requestId };
  };
  const checks = checksOf(emulator, call(passage.principal ?? UNKNOWN_PRINCIPAL));
  const principal = await authorize(passage, backends, checks);
  validateInput(model, protocol, route.operation, input, emulator.selfValidating?.includes(operation));
  protocol.rehearse?.(input);
  const output = (await handler(call(principal))) as Record<string, unknown>;
  checkOutput(model, route.operation, output, {
    empty: emulator.emptyLists?.[operation] ?? [],
    beyond: emulator.beyondModel?.[operation] ?? [],
  });
  const answer = protocol.write(model.service, route.operation, output, requestId);
  await hold(passage, faults);
  send(passage.response, { ...answer, headers: { ...answer.headers, "x-amzn-requestid": requestId } });
  return { status: answer.status };
}

/** A call that nothing in the sandbox serves. */
export function notServed(service: string, operation: string): AwsError {
  return new AwsError("NotImplemented", `The sandbox does not serve ${service}:${operation}.`, 501);
}

/** The IAM decisions that a call needs. */
function checksOf(emulator: Emulator, call: Call<Record<string, unknown>>): Check[] {
  const { actions, resources, context, passes } = emulator.authorization?.(call) ?? {};
  const own = (actions ?? [`${emulator.signingName}:${call.operation}`]).flatMap((action) =>
    (resources ?? ["*"]).map((resource) => ({ action, resource, ...(context && { context }) })),
  );
  if (passes === undefined) return own;
  const passing = { "iam:PassedToService": passes.to };
  return [...own, { action: "iam:PassRole", resource: passes.roleArn, context: passing }];
}

/**
 * Throws the service's own validation error when the input breaks the model. An operation that checks the entries of its
 * batches itself is held to the model only outside of them.
 */
function validateInput(
  { service }: LoadedModel,
  protocol: Protocol,
  operation: OperationModel,
  input: unknown,
  ownEntries = false,
): void {
  if (operation.input === undefined) return;
  const all = violations(service, operation.input, input);
  const found = ownEntries ? all.filter(({ path }) => !/\.\d+\./.test(path)) : all;
  if (found.length > 0) throw protocol.invalid(operation, found);
}

/** Throws an `Error` that names the member of an answer that breaks the model. `empty` are lists that may be, `beyond` members that may break it. */
function checkOutput(
  { service }: LoadedModel,
  operation: OperationModel,
  output: unknown,
  { empty, beyond }: { readonly empty: readonly string[]; readonly beyond: readonly string[] },
): void {
  if (operation.output === undefined) return;
  const found = violations(service, operation.output, output, { strict: true }).filter(
    ({ path, value }) =>
      !(empty.includes(path) && Array.isArray(value) && value.length === 0) &&
      !beyond.includes(path.split(".").at(-1) ?? ""),
  );
  if (found.length > 0) throw new Error(`answer of ${operation.name}: ${describeViolations(found)}`);
}

/** Stands in for a principal that only its verified signature will tell. */
const UNKNOWN_PRINCIPAL: Principal = { arn: "", accountId: "000000000000", type: "User" };
