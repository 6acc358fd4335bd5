import type { AwsError } from "../emulator.ts";
import type { ServiceModel, Shape } from "../model/shapes.ts";
import type { WireRequest, WireResponse } from "../wire.ts";
import { escapeXml } from "./xml.ts";

/** How a service writes its errors. */
export type ErrorFormat = "json" | "rest-json" | "query" | "ec2" | "s3" | "rest-xml";

/** The error format of a service whose model is not at hand, told from the request. */
export function errorFormatOf(service: string, request: WireRequest): ErrorFormat {
  if (request.header("x-amz-target") !== undefined) return "json";
  if (service === "s3") return request.path.startsWith("/v20180820/") ? "rest-xml" : "s3";
  if (service === "ec2") return "ec2";
  const form = request.header("content-type")?.startsWith("application/x-www-form-urlencoded") === true;
  return form || request.query.has("Action") ? "query" : "rest-json";
}

/**
 * Writes an error so that an SDK throws the modelled exception: status and member names of the error's shape where
 * the model has one. https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html names the header and the fields.
 */
export function writeError(
  format: ErrorFormat,
  error: AwsError,
  requestId: string,
  model?: ServiceModel,
): WireResponse {
  const shape = model?.shapes[error.code];
  const status = shape?.error?.httpStatusCode ?? (shape?.fault === true ? 500 : error.status);
  if (format === "json" || format === "rest-json") return jsonError(format, status, error, requestId, shape);
  return xmlError(format, status, error, requestId);
}

function jsonError(
  format: "json" | "rest-json",
  status: number,
  error: AwsError,
  requestId: string,
  shape: Shape | undefined,
): WireResponse {
  const members = Object.keys(shape?.members ?? {});
  const messageMember = members.find((name) => name.toLowerCase() === "message") ?? "message";
  const wireName = shape?.members?.[messageMember]?.locationName ?? messageMember;
  const code = members.includes("Code") ? { Code: error.code } : {};
  const type = format === "json" ? { __type: error.code } : {};
  return {
    status,
    headers: {
      "content-type": format === "json" ? "application/x-amz-json-1.1" : "application/json",
      "x-amzn-errortype": error.code,
      "x-amzn-requestid": requestId,
    },
    body: Buffer.from(JSON.stringify({ ...type, [wireName]: error.message, ...code, ...error.fields })),
  };
}

function xmlError(
  format: "query" | "ec2" | "s3" | "rest-xml",
  status: number,
  error: AwsError,
  requestId: string,
): WireResponse {
  const code = `<Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>`;
  const fault = status >= 500 ? "Receiver" : "Sender";
  const body = {
    query: `<ErrorResponse><Error><Type>${fault}</Type>${code}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
    "rest-xml": `<ErrorResponse><Error>${code}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
    ec2: `<Response><Errors><Error>${code}</Error></Errors><RequestID>${requestId}</RequestID></Response>`,
    s3: `<Error>${code}<RequestId>${requestId}</RequestId></Error>`,
  }[format];
  return {
    status,
    headers: { "content-type": "text/xml", "x-amzn-requestid": requestId, "x-amz-request-id": requestId },
    body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`),
  };
}
