import { admit, authorize, hold } from "./admission.ts";
import { notServed } from "./emulated.ts";
import type { Call, Check, Emulator, Guard, Principal } from "./emulator.ts";
import type { FaultInjector } from "./faults.ts";
import type { Models } from "./model/load.ts";
import { type Owner, restModelOf } from "./owners.ts";
import { type Backends, type Outcome, type Passage, readBody } from "./passage.ts";
import { protocolOf } from "./protocol/protocol.ts";
import { wrongInput } from "./proxied-input.ts";
import type { LoopbackProxy } from "./proxy.ts";
import type { WireRequest } from "./wire.ts";

export interface ProxiedOptions {
  readonly models: Models;
  readonly proxy: LoopbackProxy;
  readonly faults: FaultInjector;
}

/** Passes a call on to MiniStack, which authorizes it itself, or, once authorized here, to moto. */
export async function passOn(
  passage: Passage,
  backends: Backends,
  owner: Exclude<Owner, "emulator"> | undefined,
  { models, proxy, faults }: ProxiedOptions,
): Promise<Outcome> {
  const { scope, message, response } = passage;
  if (owner === "moto") await readBody(passage);
  passage.operation = await namedOperation(passage, models);
  if (owner === undefined) throw notServed(scope.service, passage.operation);
  const wrong = await wrongInput(passage, models);
  await admit(passage, backends, faults);
  const sent = () => ({
    beforeAnswer: () => hold(passage, faults),
    ...(passage.bodyRead ? { body: passage.request.body } : {}),
  });
  const emulator = backends.emulators.get(scope.service);
  if (owner === "ministack") {
    // MiniStack verifies signatures itself; only what the gateway may refuse is asked about before.
    if (wrong !== undefined || guardOf(emulator, passage) !== undefined) {
      await readBody(passage);
      const principal = await authorize(passage, backends, []);
      if (wrong !== undefined) throw wrong;
      await guard(passage, emulator, models, principal);
    }
    return proxy.forward(message, response, { port: backends.launcher.port, ...sent() });
  }
  const principal = await authorize(
    passage,
    backends,
    await decisionsOf(passage, emulator, models, wrong !== undefined),
  );
  if (wrong !== undefined) throw wrong;
  await guard(passage, emulator, models, principal);
  const headers = { "x-moto-account-id": principal.accountId };
  return proxy.forward(message, response, { port: await backends.motoPort(), headers, ...sent() });
}

/** What IAM decides on of a call to moto. What is wrong is not asked about its resources: it is refused anyway. */
async function decisionsOf(
  passage: Passage,
  emulator: Emulator | undefined,
  models: Models,
  isWrong: boolean,
): Promise<readonly Check[]> {
  const { scope, operation, principal } = passage;
  const plain = [{ action: actionOf(scope.service, operation), resource: "*" }];
  const { decisions = {} } = emulator ?? {};
  const own = Object.hasOwn(decisions, operation) ? decisions[operation] : undefined;
  if (emulator === undefined || own === undefined || principal === undefined || isWrong) return plain;
  return own(callOf(passage, emulator, models, principal));
}

/** Throws where a setting that an emulator keeps of the service forbids the call. */
async function guard(
  passage: Passage,
  emulator: Emulator | undefined,
  models: Models,
  principal: Principal,
): Promise<void> {
  const check = guardOf(emulator, passage);
  if (emulator && check) await check(callOf(passage, emulator, models, principal));
}

/** The call as its emulator knows it: its input is read by the service's model. */
function callOf(passage: Passage, emulator: Emulator, models: Models, principal: Principal): Call<unknown> {
  const { operation, request, requestId } = passage;
  const { service, region } = passage.scope;
  const model = models.get(emulator.model);
  const protocol = protocolOf(model.service);
  const input = protocol.read(model.service, protocol.route(model, request), request);
  return { service, operation, input, accountId: principal.accountId, region, principal, requestId };
}

function guardOf(emulator: Emulator | undefined, { operation }: Passage): Guard | undefined {
  return emulator?.guards && Object.hasOwn(emulator.guards, operation) ? emulator.guards[operation] : undefined;
}

/** The operation's name as `operationOf`, also where only the body tells it. */
export async function namedOperation(passage: Passage, models: Models): Promise<string> {
  if (isForm(passage.request)) await readBody(passage);
  return operationOf(passage.scope.service, passage.request, models);
}

/** The operation's name, or method and path where neither the request nor a model tells. */
export function operationOf(service: string, request: WireRequest, models: Models): string {
  const target = request.header("x-amz-target");
  if (target !== undefined) return target.split(".").at(-1) ?? target;
  const action =
    request.query.get("Action") ??
    (isForm(request) ? new URLSearchParams(request.body.toString("utf8")).get("Action") : null);
  if (action !== null) return action;
  // The RPC protocols of newer SDKs: /service/<name>/operation/<name>.
  const rpc = /^\/service\/[^/]+\/operation\/([^/]+)$/.exec(request.path)?.[1];
  if (rpc !== undefined) return rpc;
  const model = restModelOf(service, request.path);
  const route = model === undefined ? undefined : models.get(model).router.byPath(request);
  return route?.operation.name ?? `${request.method} ${request.path}`;
}

/** S3 Control's operations on the account-level block have IAM actions of other names. */
const S3_CONTROL_ACTIONS: Readonly<Record<string, string>> = {
  GetPublicAccessBlock: "s3:GetAccountPublicAccessBlock",
  PutPublicAccessBlock: "s3:PutAccountPublicAccessBlock",
  DeletePublicAccessBlock: "s3:PutAccountPublicAccessBlock",
};

/** The IAM action of a call to moto. Resource-level permissions are not told apart: the resource is always `*`. */
function actionOf(service: string, operation: string): string {
  return (service === "s3" ? S3_CONTROL_ACTIONS[operation] : undefined) ?? `${service}:${operation}`;
}

function isForm(request: WireRequest): boolean {
  return request.header("content-type")?.startsWith("application/x-www-form-urlencoded") === true;
}
