import { AwsError } from "../emulator.ts";
import { type Reference, type ServiceModel, shapeOf } from "../model/shapes.ts";
import type { Violation } from "../model/validate.ts";
import { formOf, readForm } from "./form.ts";
import type { Protocol } from "./protocol.ts";
import { writeTimestamp } from "./timestamp.ts";
import { element, escapeXml } from "./xml.ts";

/**
 * EC2's protocol: a form in, XML out. Source: https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html; codes and
 * status from EC2's API reference, "Error codes" and "DryRun".
 */
export const ec2: Protocol = {
  format: "ec2",
  route({ service }, request) {
    const action = formOf(request).get("Action");
    const operation = action === null ? undefined : service.operations[action];
    if (operation !== undefined) return { operation, labels: {} };
    if (action === null) throw new AwsError("MissingAction", "The request must contain the parameter Action");
    throw new AwsError("InvalidAction", `The action ${action} is not valid for this web service.`);
  },
  read(model, { operation }, request) {
    return operation.input === undefined ? {} : readForm(model, operation.input, formOf(request), parameterName);
  },
  invalid(_operation, found) {
    const missing = found.find(({ value }) => value === undefined);
    if (missing !== undefined) {
      return new AwsError("MissingParameter", `The request must contain the parameter ${parameterPath(missing)}`);
    }
    const told = found.map((violation) => {
      const shown = typeof violation.value === "object" ? "" : ` (${violation.value})`;
      return `Value${shown} for parameter ${parameterPath(violation)} is invalid. ${violation.constraint}`;
    });
    return new AwsError("InvalidParameterValue", told.join("; "));
  },
  rehearse(input) {
    if (input.DryRun !== true) return;
    throw new AwsError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412);
  },
  write(model, operation, output, requestId) {
    const content = operation.output === undefined ? "" : toXml(model, operation.output, output);
    const name = `${operation.name}Response`;
    const start = `<${name} xmlns="${model.metadata.xmlNamespace ?? ""}/">`;
    return {
      status: 200,
      headers: { "content-type": "text/xml;charset=UTF-8" },
      body: Buffer.from(
        `<?xml version="1.0" encoding="UTF-8"?>\n${start}${element("requestId", requestId)}${content}</${name}>`,
      ),
    };
  },
};

/** `queryName` as it is, else `locationName` with a capital, else the member's own name. */
function parameterName(name: string, { queryName, locationName }: Reference): string {
  return queryName ?? (locationName === undefined ? name : capitalized(locationName));
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** `filters.1.member.name` as EC2 writes it: `Filters.1.Name`. */
function parameterPath({ path }: Violation): string {
  const parts = path.split(".");
  return parts
    .filter((part, i) => part !== "member" || !/^\d+$/.test(parts[i - 1] ?? ""))
    .map(capitalized)
    .join(".");
}

/** The content of a value's element. `undefined` and null members are left out. */
function toXml(model: ServiceModel, reference: Reference, value: unknown): string {
  const shape = shapeOf(model, reference);
  switch (shape.type) {
    case "structure":
      return Object.entries(value as object)
        .map(([name, item]) => {
          const member = shape.members?.[name];
          if (member === undefined || item === undefined || item === null) return "";
          return element(member.locationName ?? name, toXml(model, member, item));
        })
        .join("");
    case "list": {
      const member = shape.member;
      if (member === undefined)
        throw new Error(`model of ${model.metadata.serviceId}: ${reference.shape} has no member`);
      return (value as unknown[])
        .map((item) => element(member.locationName ?? "item", toXml(model, member, item)))
        .join("");
    }
    case "map":
      throw new Error(`model of ${model.metadata.serviceId}: EC2's protocol has no maps, as ${reference.shape} is one`);
    case "timestamp":
      return String(writeTimestamp(value as Date, reference.timestampFormat ?? shape.timestampFormat ?? "iso8601"));
    case "blob":
      return Buffer.from(value as Uint8Array).toString("base64");
    default:
      return escapeXml(String(value));
  }
}
