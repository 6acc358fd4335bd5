import type { KeptResource } from "../run.ts";
import { placeOf } from "./place.ts";

interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly provider?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** The resources of an exported state that AWS knows: neither the stack nor its providers. Pure. */
export function keptResources(state: unknown): KeptResource[] {
  const { deployment } = (state ?? {}) as { readonly deployment?: { readonly resources?: readonly StateResource[] } };
  return (deployment?.resources ?? [])
    .filter(({ type }) => !type.startsWith("pulumi:"))
    .map(({ urn, type, id = "", provider = "", inputs = {} }) => ({
      ...{ urn, type, name: urn.split("::").at(-1) ?? urn, id },
      ...placeOf({ urn, type, provider, new: { inputs } } as Parameters<typeof placeOf>[0]),
    }));
}
