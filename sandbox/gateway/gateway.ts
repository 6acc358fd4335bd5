import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { CallLog } from "./calls.ts";
import { answerControl, CONTROL_PREFIX } from "./control.ts";
import { credentialScope } from "./credential.ts";
import { emulate, notServed } from "./emulated.ts";
import { AwsError } from "./emulator.ts";
import type { FaultInjector } from "./faults.ts";
import type { Log } from "./log.ts";
import type { Models } from "./model/load.ts";
import { ownerOf } from "./owners.ts";
import { type Backends, bodyOf, type Outcome, type Passage, send } from "./passage.ts";
import { errorFormatOf, writeError } from "./protocol/errors.ts";
import { namedOperation, operationOf, passOn } from "./proxied.ts";
import type { LoopbackProxy } from "./proxy.ts";
import { originForm, wireRequest } from "./wire.ts";

export interface GatewayOptions {
  /** Calls wait for it. */
  readonly backends: Promise<Backends>;
  readonly models: Models;
  readonly proxy: LoopbackProxy;
  readonly calls: CallLog;
  readonly faults: FaultInjector;
  readonly now: () => number;
  readonly log: Log;
  /** Whether the accounts are filled; calls are answered before. */
  readonly isReady: () => boolean;
}

/** One port for every AWS service: the signature tells which service is meant, and its owner answers. */
export function createGateway(options: GatewayOptions): Server {
  const { models, proxy, calls, faults, now, log } = options;

  async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = now();
    const request = wireRequest(
      message.method ?? "GET",
      originForm(message.url ?? "/"),
      message.rawHeaders,
      Buffer.alloc(0),
    );
    if (request.path.startsWith(CONTROL_PREFIX)) {
      const body = await bodyOf(message);
      const { isReady } = options;
      const emulator = async (name: string) => (await options.backends).emulators.get(name);
      return send(response, await answerControl({ ...request, body }, { calls, faults, isReady, emulator }));
    }
    const backends = await options.backends;
    const scope = credentialScope(request);
    if (scope === undefined) {
      // Unsigned: a queue's or function's own URL, an anonymous read of a bucket. MiniStack knows what that may do.
      await proxy.forward(message, response, { port: backends.launcher.port });
      return;
    }
    const passage: Passage = {
      message,
      response,
      requestId: randomUUID(),
      scope,
      request,
      bodyRead: false,
      operation: "",
      format: errorFormatOf(scope.service, request),
      model: undefined,
      principal: undefined,
    };
    const outcome = await pass(passage, backends).catch((error: unknown) => refuse(passage, error));
    calls.add({
      time: new Date(started).toISOString(),
      service: scope.service,
      operation: passage.operation,
      region: scope.region,
      ...describe(passage),
      ...outcome,
      milliseconds: now() - started,
    });
  }

  async function pass(passage: Passage, backends: Backends): Promise<Outcome> {
    const { service } = passage.scope;
    const owner = ownerOf(service, passage.request.path);
    const emulator = backends.emulators.get(service);
    const emulated =
      emulator !== undefined &&
      (owner === "emulator" || Object.hasOwn(emulator.operations, await namedOperation(passage, models)));
    if (emulated) return emulate(passage, backends, emulator, models.get(emulator.model), faults);
    if (owner !== "emulator") return passOn(passage, backends, owner, { models, proxy, faults });
    passage.operation = operationOf(service, passage.request, models);
    throw notServed(service, passage.operation);
  }

  /** Answers with the error. One that is no answer of AWS is the sandbox's own fault and goes to its log. */
  function refuse(passage: Passage, error: unknown): Outcome {
    const { scope, operation, response, format, requestId, model } = passage;
    // The name says more than some messages: an S3 redirect to a HEAD has none.
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const answered = error instanceof AwsError ? error : new AwsError("InternalFailure", message, 500);
    if (answered !== error) {
      log.error(`${scope.service}:${operation}: ${error instanceof Error ? error.stack : message}`);
    }
    if (response.headersSent) {
      response.destroy();
      return { status: 0, errorCode: answered.code };
    }
    const written = writeError(format, answered, requestId, model?.service);
    passage.message.resume();
    send(response, written);
    return { status: written.status, errorCode: answered.code };
  }

  // SDK clients keep connections for later calls; closing one that is about to be used would fail the call.
  return createServer({ keepAliveTimeout: 120_000 }, (message, response) => {
    answer(message, response).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      log.error(`${message.method} ${message.url}: ${reason}`);
      if (response.headersSent) return response.destroy();
      const body = Buffer.from(`the sandbox could not answer: ${reason}\n`);
      return send(response, { status: 503, headers: { "content-type": "text/plain" }, body });
    });
  });
}

function describe({ principal, request }: Passage) {
  const agent = request.header("user-agent");
  const userAgent = agent === undefined ? {} : { userAgent: agent };
  if (principal === undefined) return userAgent;
  const { accountId, arn, sessionName, sourceIdentity } = principal;
  return {
    ...userAgent,
    accountId,
    principalArn: arn,
    ...(sessionName !== undefined && { sessionName }),
    ...(sourceIdentity !== undefined && { sourceIdentity }),
  };
}
