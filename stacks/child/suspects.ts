import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import type { ResourceState } from "../recovery/deployment.ts";
import { plainProperties } from "./property-values.ts";
import type { RecoverContext } from "./recover-context.ts";
import { inStack } from "./recover-engine.ts";

const CREATIONS: ReadonlySet<string> = new Set(["create", "create-replacement"]);

/** The part of a saved plan that tells what a resource depends on (sdk/go/common/apitype/plan.go). */
interface Plan {
  readonly resourcePlans?: Readonly<
    Record<string, { readonly goal?: Pick<ResourceState, "dependencies" | "propertyDependencies"> }>
  >;
}

/**
 * Resources that the program would create now, of those in `urns` (all without it), as their creation would begin: the engine forgets an
 * operation whose plugin died, and with it the inputs. Inputs that are not known yet are left out.
 */
export async function plannedCreations(
  context: RecoverContext,
  urns: ReadonlySet<string> | undefined,
): Promise<readonly ResourceState[]> {
  const planned = new Map<string, ResourceState>();
  const file = join(context.workDir, "planned-creations.json");
  const take = (event: EngineEvent): void => {
    const metadata = event.resourcePreEvent?.metadata;
    const state = metadata?.new;
    if (metadata === undefined || !state || !CREATIONS.has(metadata.op) || urns?.has(metadata.urn) === false) return;
    const { urn, type, custom = false, protect, retainOnDelete, provider, parent } = state;
    planned.set(urn, {
      ...{ urn, type, custom, inputs: known(plainProperties(state.inputs)), provider, parent },
      ...(protect === true ? { protect } : {}),
      ...(retainOnDelete === true ? { retainOnDelete } : {}),
    });
  };
  await inStack(context, "preview", (stack, options) =>
    stack.preview({
      ...options,
      plan: file,
      onEvent(event) {
        take(event);
        options.onEvent(event);
      },
    }),
  );
  const { resourcePlans = {} } = JSON.parse(await readFile(file, "utf8")) as Plan;
  await rm(file);
  return [...planned.values()].map((state) => {
    const { dependencies = [], propertyDependencies = {} } = resourcePlans[state.urn]?.goal ?? {};
    return { ...state, dependencies, propertyDependencies };
  });
}

function known(inputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isKnown = (value: unknown): boolean => !/"\[(?:unknown|secret)\]"/.test(JSON.stringify(value) ?? "");
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => isKnown(value)));
}
