import type { AwsError } from "../emulator.ts";
import type { LoadedModel } from "../model/load.ts";
import type { OperationModel, ServiceModel } from "../model/shapes.ts";
import type { Violation } from "../model/validate.ts";
import type { WireRequest, WireResponse } from "../wire.ts";
import { ec2 } from "./ec2.ts";
import type { ErrorFormat } from "./errors.ts";
import { json } from "./json.ts";
import { query } from "./query.ts";
import { restJson } from "./rest-json.ts";

/** An operation that a request means, with the values of its path's labels. */
export interface EmulatedRoute {
  readonly operation: OperationModel;
  readonly labels: Readonly<Record<string, string>>;
}

/** How an emulated service is spoken with. */
export interface Protocol {
  readonly format: ErrorFormat;
  /** The operation that a request means. Throws what the protocol answers where it means none. */
  route(model: LoadedModel, request: WireRequest): EmulatedRoute;
  /** Reads the operation's input off the wire, not yet validated. */
  read(model: ServiceModel, route: EmulatedRoute, request: WireRequest): Record<string, unknown>;
  /** The error for an input that breaks the model. */
  invalid(operation: OperationModel, found: readonly Violation[]): AwsError;
  /** Throws instead of the answer where an authorized, valid call asks for nothing to be done. */
  rehearse?(input: Readonly<Record<string, unknown>>): void;
  write(
    model: ServiceModel,
    operation: OperationModel,
    output: Record<string, unknown>,
    requestId: string,
  ): WireResponse;
}

const PROTOCOLS: Readonly<Partial<Record<ServiceModel["metadata"]["protocol"], Protocol>>> = {
  ec2,
  json,
  query,
  "rest-json": restJson,
};

/** The protocol of an emulated service's model. Throws when the gateway does not speak it. */
export function protocolOf({ metadata }: ServiceModel): Protocol {
  const protocol = PROTOCOLS[metadata.protocol];
  if (protocol === undefined) throw new Error(`${metadata.serviceId}: no emulator speaks ${metadata.protocol}`);
  return protocol;
}

/** Services whose model is of a protocol that the gateway does not read speak JSON, too, where their model says so. */
const ALSO_JSON: ServiceModel["metadata"]["protocol"] = "smithy-rpc-v2-cbor";

/** The protocol of a request to a service, told by its error format; undefined where the model is of another one. */
export function protocolSpoken({ metadata }: ServiceModel, format: ErrorFormat): Protocol | undefined {
  if (metadata.protocol === ALSO_JSON) return format === "json" ? json : undefined;
  const protocol = PROTOCOLS[metadata.protocol];
  return protocol?.format === format ? protocol : undefined;
}
