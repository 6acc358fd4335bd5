import type { StepEventMetadata } from "@pulumi/pulumi/automation/index.js";

const REGION = /(?:^|-)([a-z]{2}(?:-[a-z]+)+-\d)$/;

/** Account and region of a resource, as far as names and properties tell. */
export interface Place {
  readonly accountId?: string;
  readonly region?: string;
}

/**
 * Account and region of a step: providers are named `aws-<account id>` and `aws-native-<account id>-<region>`, and what
 * is regional says its region in a property or at the end of its name.
 */
export function placeOf(
  metadata: Pick<StepEventMetadata, "urn" | "type" | "provider"> & Partial<StepEventMetadata>,
): Place {
  const isProvider = metadata.type.startsWith("pulumi:providers:");
  const [, , , providerName = ""] = (isProvider ? metadata.urn : (metadata.provider ?? "")).split("::");
  const accountId = /^aws(?:-native)?-(\d{12})/.exec(providerName)?.[1];
  const properties = metadata.new?.inputs ?? metadata.old?.inputs ?? {};
  const name = metadata.urn.split("::").at(-1) ?? "";
  const given: unknown = properties.region;
  const region = typeof given === "string" ? given : (REGION.exec(name)?.[1] ?? REGION.exec(providerName)?.[1]);
  return { ...(accountId === undefined ? {} : { accountId }), ...(region === undefined ? {} : { region }) };
}
