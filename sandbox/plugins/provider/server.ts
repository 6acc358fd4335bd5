import { type handleUnaryCall, Metadata, Server, ServerCredentials, type ServiceError, status } from "@grpc/grpc-js";
import plugin_pb from "@pulumi/pulumi/proto/plugin_pb.js";
import provider_grpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import status_pb from "@pulumi/pulumi/proto/status_pb.js";
import any_pb from "google-protobuf/google/protobuf/any_pb.js";
import empty_pb from "google-protobuf/google/protobuf/empty_pb.js";
import type { Failure } from "./check.ts";
import { changedProperties, type Difference } from "./diff.ts";
import type { Lifetime } from "./lifetime.ts";
import { fromStruct, toStruct } from "./messages.ts";
import { type Environment, type Plugin, Provider, UnfinishedError } from "./provider.ts";

/**
 * Serves a plugin by Pulumi's resource provider protocol (`provider.proto`) and returns its port. The SDK's own
 * `provider` helper is not used: it keeps Configure to itself and so loses roles, region and default tags, and it has
 * neither the preview flag nor detailed diffs.
 */
export async function serve(plugin: Plugin, environment: Environment, lifetime: Lifetime): Promise<number> {
  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(
    provider_grpc.ResourceProviderService,
    handlersOf(plugin, new Provider(plugin, environment), lifetime),
  );
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}

function handlersOf(plugin: Plugin, provider: Provider, lifetime: Lifetime) {
  const answering = answeringWithin(lifetime);
  const nothing = () => new empty_pb.Empty();
  return {
    // Secrets and outputs are not taken: the engine then sends plain values and marks what comes back under the same name.
    handshake: answering((_: pb.ProviderHandshakeRequest) => new pb.ProviderHandshakeResponse()),
    attach: answering(nothing),
    getPluginInfo: answering(() => new plugin_pb.PluginInfo().setVersion(plugin.version)),
    getSchema: answering(() =>
      new pb.GetSchemaResponse().setSchema(JSON.stringify({ name: plugin.name, version: plugin.version })),
    ),
    getMapping: answering(() => new pb.GetMappingResponse()),
    getMappings: answering(() => new pb.GetMappingsResponse()),
    checkConfig: answering((request: pb.CheckRequest) =>
      checked(provider.checkConfig(fromStruct(request.getNews()))).setInputs(request.getNews()),
    ),
    diffConfig: answering((request: pb.DiffRequest) =>
      compared(provider.diffConfig(fromStruct(request.getOldInputs()), fromStruct(request.getNews()))),
    ),
    configure: answering(async (request: pb.ConfigureRequest) => {
      await provider.configure(fromStruct(request.getArgs()));
      return new pb.ConfigureResponse().setSupportspreview(true);
    }),
    check: answering(async (request: pb.CheckRequest) => {
      const olds = fromStruct(request.getOlds());
      const result = await provider.check(
        target(request),
        olds,
        fromStruct(request.getNews()),
        request.getRandomseed_asU8(),
      );
      return checked(result.failures).setInputs(toStruct(result.inputs));
    }),
    diff: answering(async (request: pb.DiffRequest) => {
      const [state, inputs] = [fromStruct(request.getOlds()), fromStruct(request.getNews())];
      const result = await provider.diff(existing(request), state, inputs, request.getIgnorechangesList());
      return compared(result.found).setDeletebeforereplace(result.deleteBeforeReplace);
    }),
    create: answering(async (request: pb.CreateRequest) => {
      const inputs = fromStruct(request.getProperties());
      if (request.getPreview()) {
        return new pb.CreateResponse().setProperties(toStruct(await provider.planned(target(request), inputs)));
      }
      const { id, state } = await provider.create(target(request), inputs);
      return new pb.CreateResponse().setId(id).setProperties(toStruct(state));
    }),
    read: answering(async (request: pb.ReadRequest) => {
      const inputs = request.getInputs();
      const known = fromStruct(request.getProperties());
      const found = await provider.read(existing(request), known, inputs && fromStruct(inputs));
      if (!found) return new pb.ReadResponse();
      return new pb.ReadResponse()
        .setId(found.id)
        .setProperties(toStruct(found.state))
        .setInputs(toStruct(found.inputs));
    }),
    update: answering(async (request: pb.UpdateRequest) => {
      const [state, inputs] = [fromStruct(request.getOlds()), fromStruct(request.getNews())];
      const updated = request.getPreview()
        ? await provider.planned(target(request), inputs, state)
        : await provider.update(existing(request), state, inputs, request.getIgnorechangesList());
      return new pb.UpdateResponse().setProperties(toStruct(updated));
    }),
    delete: answering(async (request: pb.DeleteRequest) => {
      await provider.delete(existing(request), fromStruct(request.getProperties()));
      return nothing();
    }),
    invoke: answering(async (request: pb.InvokeRequest) => {
      const result = await provider.invoke(request.getTok(), fromStruct(request.getArgs()));
      return new pb.InvokeResponse().setReturn(toStruct(result));
    }),
    cancel: answering(() => {
      provider.cancel();
      return nothing();
    }),
    call: unimplemented("Call"),
    construct: unimplemented("Construct"),
    parameterize: unimplemented("Parameterize"),
    list: unimplemented("List"),
  };
}

interface Named {
  getType(): string;
  getName(): string;
}

function target(request: Named) {
  return { type: request.getType(), name: request.getName() };
}

function existing(request: Named & { getId(): string }) {
  return { ...target(request), id: request.getId() };
}

function checked(failures: readonly Failure[]): pb.CheckResponse {
  return new pb.CheckResponse().setFailuresList(
    failures.map(({ property, reason }) => new pb.CheckFailure().setProperty(property).setReason(reason)),
  );
}

const kinds = {
  add: [pb.PropertyDiff.Kind.ADD, pb.PropertyDiff.Kind.ADD_REPLACE],
  delete: [pb.PropertyDiff.Kind.DELETE, pb.PropertyDiff.Kind.DELETE_REPLACE],
  update: [pb.PropertyDiff.Kind.UPDATE, pb.PropertyDiff.Kind.UPDATE_REPLACE],
} as const;

function compared(found: readonly Difference[]): pb.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges;
  const response = new pb.DiffResponse()
    .setChanges(found.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setDiffsList([...changedProperties(found)])
    .setReplacesList([...changedProperties(found.filter(({ replaces }) => replaces))])
    .setHasdetaileddiff(true);
  for (const { path, kind, replaces } of found) {
    response.getDetaileddiffMap().set(path, new pb.PropertyDiff().setKind(kinds[kind][replaces ? 1 : 0]));
  }
  return response;
}

function answeringWithin(lifetime: Lifetime) {
  return <Request, Response>(
    answer: (request: Request) => Response | Promise<Response>,
  ): handleUnaryCall<Request, Response> =>
    (call, callback) => {
      const done = lifetime.begin();
      Promise.resolve()
        .then(() => answer(call.request))
        .then((response) => callback(null, response))
        .catch((error: unknown) => callback(asStatus(error)))
        .finally(done);
    };
}

function unimplemented(method: string): handleUnaryCall<unknown, unknown> {
  return (_call, callback) => callback({ code: status.UNIMPLEMENTED, details: `${method} is not implemented` });
}

/** One error as Terraform's multierror prints it, which is how the real provider's errors reach the engine. */
function listed(message: string): string {
  return `1 error occurred:\n\t* ${message}\n\n`;
}

function asStatus(error: unknown): Partial<ServiceError> {
  const message = listed(error instanceof Error ? error.message : String(error));
  const failure = { code: status.UNKNOWN, details: message };
  if (!(error instanceof UnfinishedError)) return failure;
  const unfinished = new pb.ErrorResourceInitFailed()
    .setId(error.id)
    .setProperties(toStruct(error.state))
    .setInputs(toStruct(error.state))
    .setReasonsList([message]);
  const detail = new any_pb.Any();
  detail.pack(unfinished.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const rich = new status_pb.Status().setCode(status.UNKNOWN).setMessage(message).setDetailsList([detail]);
  const metadata = new Metadata();
  // The Go implementation of gRPC reads details from this header; that of Node has no call for it.
  metadata.add("grpc-status-details-bin", Buffer.from(rich.serializeBinary()));
  return { ...failure, metadata };
}
