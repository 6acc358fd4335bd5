import { callName } from "./service-names.ts";

/** What AWS answered, as the providers write it. */
export interface AwsAnswer {
  readonly service?: string;
  readonly call?: string;
  readonly awsCode: string;
  readonly status?: number;
  readonly text: string;
}

// AWS SDK for Go v2, in Terraform's providers: "operation error SecurityHub: EnableSecurityHub, https response error
// StatusCode: 403, RequestID: 9f.., api error AccessDeniedException: not authorized".
const OPERATION = /operation error ([\w .-]+?): (\w+)/;
const API_ERROR = /api error ([\w.-]+?):(?:\s+(.*))?$/s;
// An error that the model of the call has is a type of that SDK, which tells its code without those words: "RequestID: 9f..,
// AccessDeniedException: not authorized".
const MODELED_ERROR = /RequestID: [^,]*,(?: HostID: [^,]*,)? ([A-Z]\w+):(?:\s+(.*))?$/s;
const STATUS = /StatusCode: (\d{3})/;
// AWS SDK for Go v1: "ThrottlingException: Rate exceeded\n\tstatus code: 400, request id: 2b...".
const V1_ERROR = /\b([A-Z]\w+(?:Exception|Error|Operation|Denied|Required|Exceeded)):\s*(.*?)\s*status code: (\d{3})/s;
// Cloud Control's progress events, in aws-native: "operation CREATE failed with \"AccessDenied\": User: ...".
const CLOUD_CONTROL = /operation (CREATE|READ|UPDATE|DELETE) failed with "(\w+)":\s*(.*)$/s;
// A session that the provider could not use at all, told before any call.
const NO_SESSION =
  /failed to refresh cached credentials|No valid credential sources|security token included in the request is (expired|invalid)/i;

/** Finds AWS's answer in a provider's text; undefined when it holds none. */
export function awsAnswer(text: string): AwsAnswer | undefined {
  const [, service, operation] = OPERATION.exec(text) ?? [];
  const where = service === undefined || operation === undefined ? {} : { service, call: callName(service, operation) };
  const status = Number(STATUS.exec(text)?.[1] ?? Number.NaN);
  const withStatus = Number.isNaN(status) ? {} : { status };
  const api = API_ERROR.exec(text) ?? MODELED_ERROR.exec(text);
  if (api?.[1] !== undefined) return { ...where, ...withStatus, awsCode: api[1], text: api[2] ?? "" };
  const v1 = V1_ERROR.exec(text);
  if (v1?.[1] !== undefined) return { ...where, awsCode: v1[1], status: Number(v1[3]), text: v1[2] ?? "" };
  const cloudControl = CLOUD_CONTROL.exec(text);
  if (cloudControl?.[2] !== undefined) {
    const call = `cloudformation:${(cloudControl[1] ?? "").charAt(0)}${(cloudControl[1] ?? "").slice(1).toLowerCase()}Resource`;
    return { service: "CloudControl", call, awsCode: cloudControl[2], text: cloudControl[3] ?? "" };
  }
  const session = NO_SESSION.exec(text);
  if (session !== null)
    return { ...where, awsCode: session[1] === "invalid" ? "InvalidClientTokenId" : "ExpiredToken", text };
  if (where.service === undefined) return undefined;
  if (/timeout|deadline exceeded|connection (?:refused|reset)|no such host|EOF/i.test(text)) {
    return { ...where, awsCode: "NetworkingError", text: text.slice(text.lastIndexOf(": ") + 2) };
  }
  return { ...where, ...withStatus, awsCode: "UnknownError", text };
}
