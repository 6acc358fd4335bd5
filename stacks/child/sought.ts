import type { Sought } from "../../programs/recovery/sought.ts";
import type { Reading } from "../inventory/reading.ts";
import type { ResourceState } from "../recovery/deployment.ts";
import { nameOf } from "../recovery/deployment.ts";
import { placeOf } from "./place.ts";
import type { RecoverContext } from "./recover-context.ts";

/**
 * A resource as it is looked for in AWS. Undefined for one that must not be: it is nothing in AWS, or it was decided to leave what
 * existed under its name.
 */
export function soughtOf({ run }: Pick<RecoverContext, "run">, resource: ResourceState): Sought | undefined {
  const { inputs } = run.request;
  const name = nameOf(resource.urn);
  const left = inputs.adoptions.some((adoption) => adoption.name === name && adoption.decision === "leave");
  const { type, urn, provider = "" } = resource;
  const given = resource.inputs ?? {};
  const { accountId, region } = placeOf({ urn, type, provider, new: { ...EMPTY, ...resource, inputs: given } });
  if (left || !resource.custom || accountId === undefined) return undefined;
  return {
    ...{ type, name, accountId, partition: inputs.partition, inputs: given },
    ...(region === undefined ? {} : { region }),
  };
}

/** What an event of the engine says of a resource, as far as its place needs none of it. */
const EMPTY = { id: "", parent: "", provider: "", outputs: {} };

/** By which session of the run an account is read; undefined where it has none. */
export function readingOf({ run, environment }: RecoverContext, accountId: string): Reading | undefined {
  const credentials = run.request.credentials[accountId];
  const endpoint = environment.AWS_ENDPOINT_URL ?? process.env.AWS_ENDPOINT_URL;
  if (credentials === undefined) return undefined;
  return { accountId, credentials, ...(endpoint === undefined ? {} : { endpoint }) };
}
