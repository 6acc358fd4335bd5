import { AwsError } from "../emulator.ts";
import { fromJson, parseBody, toJson } from "./json-body.ts";
import type { Protocol } from "./protocol.ts";
import { validationException } from "./validation-exception.ts";

/** AWS JSON 1.0 and 1.1: a header names the operation, the body is its input. */
export const json: Protocol = {
  format: "json",
  route({ service }, request) {
    const target = request.header("x-amz-target") ?? "";
    const operation = service.operations[target.split(".").at(-1) ?? ""];
    if (operation !== undefined) return { operation, labels: {} };
    throw new AwsError(
      "UnknownOperationException",
      `${service.metadata.serviceId} has no operation ${target || "(no target)"}.`,
    );
  },
  read(model, { operation }, request) {
    if (operation.input === undefined) return {};
    return fromJson(model, operation.input, parseBody(request.body)) as Record<string, unknown>;
  },
  invalid: validationException,
  write(model, operation, output) {
    const body = operation.output === undefined ? {} : toJson(model, operation.output, output);
    return {
      status: 200,
      headers: { "content-type": `application/x-amz-json-${model.metadata.jsonVersion ?? "1.1"}` },
      body: Buffer.from(JSON.stringify(body)),
    };
  },
};
