/** The parts of a botocore `service-2.json` that the gateway reads. Names as in the file. */
export interface ServiceModel {
  readonly metadata: {
    readonly serviceId: string;
    readonly endpointPrefix: string;
    readonly signingName?: string;
    readonly protocol: "json" | "rest-json" | "query" | "ec2" | "rest-xml" | "smithy-rpc-v2-cbor";
    readonly jsonVersion?: string;
    readonly targetPrefix?: string;
    readonly xmlNamespace?: string;
  };
  readonly operations: Readonly<Record<string, OperationModel>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

export interface OperationModel {
  readonly name: string;
  readonly http: { readonly method: string; readonly requestUri: string; readonly responseCode?: number };
  readonly input?: Reference;
  readonly output?: Reference;
  readonly errors?: readonly Reference[];
}

/** A use of a shape: a member of a structure, the element of a list, or what an operation takes and gives. */
export interface Reference {
  readonly shape: string;
  readonly location?: "uri" | "querystring" | "header" | "headers" | "statusCode";
  readonly locationName?: string;
  /** EC2's name of a parameter where it is another than the answer's. */
  readonly queryName?: string;
  readonly timestampFormat?: TimestampFormat;
  /** Of an answer in the query protocol: the element around it. */
  readonly resultWrapper?: string;
}

export type TimestampFormat = "iso8601" | "rfc822" | "unixTimestamp";

export interface Shape {
  readonly type:
    | "structure"
    | "list"
    | "map"
    | "string"
    | "character"
    | "integer"
    | "long"
    | "float"
    | "double"
    | "boolean"
    | "timestamp"
    | "blob";
  readonly members?: Readonly<Record<string, Reference>>;
  readonly required?: readonly string[];
  readonly payload?: string;
  readonly member?: Reference;
  readonly key?: Reference;
  readonly value?: Reference;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly timestampFormat?: TimestampFormat;
  /** Any JSON value. */
  readonly document?: boolean;
  readonly exception?: boolean;
  readonly error?: { readonly code?: string; readonly httpStatusCode?: number };
  readonly fault?: boolean;
}

/** The shape behind a reference. Throws when the model does not have it. */
export function shapeOf(model: ServiceModel, reference: Reference): Shape {
  const shape = model.shapes[reference.shape];
  if (shape === undefined) throw new Error(`model of ${model.metadata.serviceId}: no shape ${reference.shape}`);
  return shape;
}
