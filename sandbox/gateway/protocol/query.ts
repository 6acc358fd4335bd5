import { AwsError } from "../emulator.ts";
import { type Reference, type ServiceModel, shapeOf } from "../model/shapes.ts";
import { describeViolations } from "../model/validate.ts";
import { formOf, readForm } from "./form.ts";
import type { Protocol } from "./protocol.ts";
import { writeTimestamp } from "./timestamp.ts";
import { element, escapeXml } from "./xml.ts";

/** The protocol of IAM and its like: a form in, XML out. Source: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
export const query: Protocol = {
  format: "query",
  route({ service }, request) {
    const action = formOf(request).get("Action");
    const operation = action === null ? undefined : service.operations[action];
    if (operation !== undefined) return { operation, labels: {} };
    if (action === null) throw new AwsError("MissingAction", "The request must contain the parameter Action");
    throw new AwsError("InvalidAction", `Could not find operation ${action}`);
  },
  read(model, { operation }, request) {
    if (operation.input === undefined) return {};
    return readForm(model, operation.input, formOf(request), (name, { locationName }) => locationName ?? name);
  },
  invalid: (_operation, found) => new AwsError("ValidationError", describeViolations(found)),
  write(model, operation, output, requestId) {
    const content = operation.output === undefined ? "" : toXml(model, operation.output, output);
    const wrapper = operation.output?.resultWrapper;
    const result = wrapper === undefined ? content : element(wrapper, content);
    const name = `${operation.name}Response`;
    const metadata = element("ResponseMetadata", element("RequestId", requestId));
    const start = `<${name} xmlns="${model.metadata.xmlNamespace ?? ""}">`;
    return {
      status: 200,
      headers: { "content-type": "text/xml" },
      body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${start}${result}${metadata}</${name}>`),
    };
  },
};

/** The content of a value's element. `undefined` members are left out. */
function toXml(model: ServiceModel, reference: Reference, value: unknown): string {
  const shape = shapeOf(model, reference);
  switch (shape.type) {
    case "structure":
      return Object.entries(value as object)
        .map(([name, item]) => {
          const member = shape.members?.[name];
          if (member === undefined || item === undefined) return "";
          return element(member.locationName ?? name, toXml(model, member, item));
        })
        .join("");
    case "list": {
      const { member } = shape;
      if (member === undefined)
        throw new Error(`model of ${model.metadata.serviceId}: ${reference.shape} has no member`);
      return (value as unknown[])
        .map((item) => element(member.locationName ?? "member", toXml(model, member, item)))
        .join("");
    }
    case "timestamp":
      return String(writeTimestamp(value as Date, "iso8601"));
    case "map":
    case "blob":
      throw new Error(`the query protocol of the sandbox writes no ${shape.type}, as ${reference.shape} is one`);
    default:
      return escapeXml(String(value));
  }
}
