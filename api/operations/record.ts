import type { ResourceStep, RunEvent, StepOperation } from "../../stacks/run.ts";
import type { Changes } from "./operation.ts";

/** A step as a run told it while it ran, in the order in which it was stored. */
export type StepEvent = Omit<Extract<RunEvent, { readonly type: "step" }>, "type"> & {
  /** Found after its run had died. */
  readonly recovered?: boolean;
};

type Step = Pick<ResourceStep, "urn" | "type" | "name" | "op" | "accountId" | "region">;

/** What one resource went through, in order, over several runs. */
export interface ResourceRecord {
  readonly step: Omit<Step, "op">;
  readonly done: readonly StepOperation[];
  /** Begun last, and never told how it ended. */
  readonly open?: StepOperation | undefined;
}

/** What the engine calls its steps, as what they are to a resource. What is missing changes nothing. */
const operations: Readonly<Record<string, StepOperation>> = {
  create: "create",
  update: "update",
  delete: "delete",
  import: "import",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
  "import-replacement": "replace",
  "discard-replaced": "replace",
};

/**
 * Reads from the events of runs what they did to each resource. A step that succeeded without having begun is what a refresh
 * found: nothing that was done.
 */
export function readSteps(events: readonly StepEvent[]): ResourceRecord[] {
  const records = new Map<string, { step: Omit<Step, "op">; done: StepOperation[]; open: StepOperation | undefined }>();
  for (const { status, urn, resourceType, name, op: told, accountId, region, recovered } of events) {
    const op = operations[told];
    if (op === undefined || status === "planned") continue;
    const place = { ...(accountId === undefined ? {} : { accountId }), ...(region === undefined ? {} : { region }) };
    const record = records.get(urn) ?? { step: { urn, type: resourceType, name, ...place }, done: [], open: undefined };
    records.set(urn, record);
    if (status === "succeeded" && (record.open !== undefined || recovered)) record.done.push(op);
    record.open = status === "started" ? op : undefined;
  }
  return [...records.values()].filter(({ done, open }) => done.length > 0 || open !== undefined);
}

/** What was done by one attempt, or by all. */
export interface Done {
  readonly changes: Changes;
  /** All steps but those that change nothing. */
  readonly steps: readonly Pick<ResourceStep, "urn" | "op">[];
}

/**
 * Adds to what the last attempt did what earlier ones had done. A resource counts once: one that an attempt created and the
 * next one updated was created. (An import is counted beside an update, as within one attempt.)
 */
export function sumAttempts<Last extends Done>(last: Last, earlier: readonly ResourceRecord[]): Last {
  const changes = { ...last.changes };
  const steps: Pick<ResourceStep, "urn" | "op">[] = [...last.steps];
  for (const { step, done } of earlier) {
    if (done.length === 0) continue;
    const now = last.steps.filter(({ urn }) => urn === step.urn).map(({ op }) => op);
    const all = reduce([...done, ...now]);
    for (const op of now) count(changes, op, -1);
    for (const op of all) count(changes, op, 1);
    // The last attempt found it as it should be, and has counted it so.
    if (now.length === 0 && !all.includes("delete") && changes.same > 0) count(changes, "same", -1);
    if (now.length === 0) steps.push(...all.map((op) => ({ ...step, op })));
    else if (!all.every((op) => now.includes(op))) {
      const at = steps.findIndex(({ urn }) => urn === step.urn);
      const [first, ...others] = steps.filter(({ urn }) => urn === step.urn);
      if (first === undefined) continue;
      steps[at] = { ...first, op: all.at(-1) ?? first.op };
      for (const other of others) if (!all.includes(other.op)) steps.splice(steps.indexOf(other), 1);
    }
  }
  return { ...last, changes, steps };
}

/** What several steps on one resource come to. */
function reduce(ops: readonly StepOperation[]): StepOperation[] {
  const imported: StepOperation[] = ops.includes("import") ? ["import"] : [];
  const last = ops.findLast((op) => op === "create" || op === "delete");
  if (last === "delete") return [...imported, "delete"];
  if (last === "create") return [...imported, ops.includes("delete") ? "replace" : "create"];
  if (ops.includes("replace")) return [...imported, "replace"];
  return [...imported, ...(ops.includes("update") ? (["update"] as const) : [])];
}

function count(changes: { -readonly [Key in keyof Changes]: Changes[Key] }, op: StepOperation, by: number): void {
  if (op === "read") return;
  changes[op] = Math.max(0, (changes[op] ?? 0) + by);
}

/** Changes of an attempt of which nothing is known. */
export const nothingDone: Done = {
  changes: { create: 0, update: 0, replace: 0, delete: 0, same: 0, import: 0 },
  steps: [],
};

/** What was begun and never told how it ended, as if it had been done: for where a later run has found all to be as it should. */
export function settleOpen(records: readonly ResourceRecord[]): ResourceRecord[] {
  return records.map((record) =>
    record.open === undefined ? record : { ...record, done: [...record.done, record.open], open: undefined },
  );
}
