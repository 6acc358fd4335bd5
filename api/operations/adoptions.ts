import { type Adoption, isImported } from "../../programs/adoption.ts";
import type { ResourceStep, RunResult } from "../../stacks/run.ts";
import type { Changes } from "./operation.ts";

/** An adoption as an operation reports it: what was there, what becomes of it, and the inputs before and after. */
export interface AdoptionReport {
  readonly type: string;
  readonly name: string;
  readonly region: string;
  readonly id: string;
  readonly decision: Adoption["decision"];
  readonly reason: string;
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

/** Inputs that a provider adds by itself, or takes only where it makes the resource: they say nothing about a change. */
const uninteresting = new Set(["__defaults", "region", "tagsAll", "enableDefaultStandards"]);

/**
 * Puts the wanted inputs, from the steps of a run or a preview, beside the inputs that were found. Pure.
 * A resource without a step stays as it was.
 */
export function reportAdoptions(
  adoptions: readonly Adoption[],
  steps: readonly Pick<ResourceStep, "name" | "type" | "new">[],
): AdoptionReport[] {
  return adoptions.map((adoption) => {
    const { type, name, region, id, decision, reason, before } = adoption;
    const wanted = steps.findLast((step) => step.name === name && step.type === type)?.new;
    const after = decision === "leave" || wanted === undefined ? before : interesting(wanted);
    return { type, name, region, id, decision, reason, before, after };
  });
}

function interesting(inputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => !uninteresting.has(key)));
}

/**
 * The changes of a first deployment as its preview counts them. Pure.
 *
 * The engine is asked about the wanted state only (it refuses an import whose inputs differ), so it counts what will be adopted
 * as to be created; it will be imported, and then updated or replaced where it differs.
 */
export function countAdoptions(
  preview: Pick<RunResult, "changes">,
  reports: readonly AdoptionReport[],
  imported: ReadonlySet<string>,
): Changes {
  const pending = reports.filter((report) => isImported(report) && !imported.has(report.name));
  const differing = pending.filter(({ before, after }) => differs(before, after));
  const replaced = differing.filter(({ decision }) => decision === "replace").length;
  const { changes } = preview;
  return {
    ...changes,
    create: Math.max(0, changes.create - pending.length),
    update: changes.update + differing.length - replaced,
    replace: changes.replace + replaced,
    import: changes.import + pending.length,
  };
}

/** What AWS fills in is not a difference: only properties that were found are compared, and those that are new. */
function differs(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(after).some(([key, value]) => !uninteresting.has(key) && !same(before[key], value));
}

function same(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => same(item, other[index]));
  }
  if (typeof one === "object" && typeof other === "object" && one !== null && other !== null) {
    const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
    keys.delete("__defaults");
    return [...keys].every((key) =>
      same((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]),
    );
  }
  return one === other;
}
