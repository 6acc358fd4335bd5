import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation/index.js";
import { type Failure, worstOf } from "../errors.ts";
import { engineFailure, programFailure, publicDiagnostic, resourceFailure, WITHHELD } from "../failures.ts";
import type { PartialResult } from "../messages.ts";
import type { ChangeCounts, ResourceStep, RunEvent, RunResult, StepOperation, Verb } from "../run.ts";
import { BaseState } from "./base-state.ts";
import { placeOf } from "./place.ts";
import { holdsSecret, plainProperties } from "./property-values.ts";

const ROOT_TYPE = "pulumi:pulumi:Stack";

/** The engine's operations, as what happens to a resource. Those that are missing say nothing about the outcome. */
const OPERATIONS: Readonly<Record<string, StepOperation>> = {
  same: "same",
  create: "create",
  update: "update",
  delete: "delete",
  read: "read",
  import: "import",
  "create-replacement": "replace",
  replace: "replace",
  "delete-replaced": "replace",
  "read-replacement": "replace",
  "import-replacement": "replace",
  "discard-replaced": "replace",
  discard: "delete",
};

/** Texts by which the engine sums up that something else failed. */
const SUMMARIES = /^(?:update|preview|destroy|refresh|import) failed$/;

export interface EventLogOptions {
  readonly verb: Verb;
  readonly stack: string;
  readonly onEvent: (event: RunEvent) => void;
  readonly redact: (text: string) => string;
  /** Milliseconds. */
  readonly now: () => number;
}

/** Follows the engine's events: tells them as run events while they come, and knows at the end what was done. */
export class EventLog {
  readonly #options: EventLogOptions;
  readonly #steps = new Map<string, ResourceStep>();
  readonly #started = new Map<string, number>();
  readonly #present = new Set<string>();
  readonly #metadata = new Map<string, StepEventMetadata>();
  readonly #failures = new Map<string, Failure>();
  readonly #programErrors: string[] = [];
  readonly #base = new BaseState();
  #outputs: Record<string, unknown> = {};

  constructor(options: EventLogOptions) {
    this.#options = options;
  }

  take(event: EngineEvent): void {
    if (event.resourcePreEvent) this.#before(event.resourcePreEvent.metadata, event.resourcePreEvent.planning === true);
    else if (event.resOutputsEvent)
      this.#after(event.resOutputsEvent.metadata, event.resOutputsEvent.planning === true);
    else if (event.resOpFailedEvent) this.#failed(event.resOpFailedEvent.metadata);
    else if (event.diagnosticEvent) this.#diagnostic(event.diagnosticEvent);
  }

  #before(metadata: StepEventMetadata, planning: boolean): void {
    this.#metadata.set(metadata.urn, metadata);
    this.#base.take(key(metadata), metadata);
    if (metadata.op === "refresh") return;
    // What a custom resource goes through is done when it has ended. A component may never tell its end.
    const component = (metadata.new ?? metadata.old)?.custom !== true;
    if (component && this.#isStep(metadata)) this.#note(metadata);
    if (metadata.op === "same" || metadata.op === "replace") return;
    this.#started.set(key(metadata), this.#options.now());
    this.#tell(metadata, planning ? "planned" : "started");
  }

  #after(metadata: StepEventMetadata, planning: boolean): void {
    const state = metadata.new ?? undefined;
    if (metadata.type === ROOT_TYPE && state !== undefined) this.#outputs = plainProperties(state.outputs);
    if (metadata.op === "refresh") return;
    const started = this.#started.get(key(metadata));
    if (this.#isStep(metadata)) this.#note(metadata);
    if (metadata.op === "same" || metadata.op === "replace") return;
    if (!planning) this.#tell(metadata, "succeeded", started);
    // A refresh plans nothing before it knows: its findings come as results only.
    else if (started === undefined) this.#tell(metadata, "planned");
  }

  #failed(metadata: StepEventMetadata): void {
    this.#tell(metadata, "failed", this.#started.get(key(metadata)));
  }

  #diagnostic(event: NonNullable<EngineEvent["diagnosticEvent"]>): void {
    // Severity "debug" carries resource properties in plaintext, and is not in the SDK's type.
    const severity = (event.severity as string) === "info#err" ? "info" : event.severity;
    if (severity !== "info" && severity !== "warning" && severity !== "error") return;
    if (event.ephemeral === true) return;
    const text = this.#options.redact(event.message).trim();
    if (text === "" || SUMMARIES.test(text)) return;
    if (severity === "error") this.#error(text, event.urn);
    this.#options.onEvent({
      type: "diagnostic",
      severity,
      message: publicDiagnostic(this.#holdsSecrets(event.urn) ? WITHHELD : text),
      ...(event.urn ? { urn: event.urn } : {}),
    });
  }

  /** Whether the state that is recorded of a resource has secrets: the run knows those of its program, but not these. */
  #holdsSecrets(urn: string | undefined): boolean {
    if (urn === undefined || urn.includes(`::${ROOT_TYPE}::`)) return false;
    const old = this.#metadata.get(urn)?.old;
    return old != null && (holdsSecret(old.inputs) || holdsSecret(old.outputs));
  }

  #error(text: string, urn: string | undefined): void {
    const metadata = urn === undefined ? undefined : this.#metadata.get(urn);
    if (urn === undefined || urn.includes(`::${ROOT_TYPE}::`)) {
      this.#programErrors.push(text);
      return;
    }
    if (this.#failures.has(urn)) return;
    const [type = "", name = urn] = urn.split("::").slice(2);
    const place = metadata === undefined ? placeOf({ urn, type, provider: "" }) : placeOf(metadata);
    const { stack } = this.#options;
    const holdsSecrets = this.#holdsSecrets(urn);
    this.#failures.set(
      urn,
      resourceFailure(text, { ...place, stack, urn, type, name, op: metadata?.op ?? "checking", holdsSecrets }),
    );
  }

  #isStep(metadata: StepEventMetadata): boolean {
    return metadata.type !== ROOT_TYPE && OPERATIONS[metadata.op] !== undefined;
  }

  #note(metadata: StepEventMetadata): void {
    const op = OPERATIONS[metadata.op] ?? "same";
    // Of the steps that make up a replacement, one knows both sides.
    if (op === "replace" && (this.#steps.get(key(metadata))?.new || metadata.op === "replace")) return;
    if (op === "delete") this.#present.delete(key(metadata));
    else this.#present.add(key(metadata));
    const refreshes = this.#options.verb === "refresh" || this.#options.verb === "preview-refresh";
    const properties = (state: StepEventMetadata["old"]) => plainProperties(refreshes ? state?.outputs : state?.inputs);
    const [old, now] = [properties(metadata.old), properties(metadata.new)];
    const details = Object.entries(metadata.detailedDiff ?? {});
    const diffs = metadata.diffs ?? (details.length > 0 ? details.map(([path]) => path) : changedKeys(old, now));
    this.#steps.set(key(metadata), {
      urn: metadata.urn,
      type: metadata.type,
      name: nameOf(metadata.urn),
      op,
      ...placeOf(metadata),
      ...(op === "update" || op === "replace" ? { diffs } : {}),
      ...(details.length > 0
        ? {
            detailedDiff: Object.fromEntries(
              details.map(([path, { diffKind, inputDiff }]) => [path, { kind: diffKind, inputDiff }]),
            ),
          }
        : {}),
      ...(metadata.old ? { old } : {}),
      ...(metadata.new ? { new: now } : {}),
      ...(metadata.old?.protect === true ? { protect: true } : {}),
    });
  }

  #tell(metadata: StepEventMetadata, status: "planned" | "started" | "succeeded" | "failed", started?: number): void {
    if (metadata.type === ROOT_TYPE) return;
    this.#options.onEvent({
      type: "step",
      status,
      urn: metadata.urn,
      resourceType: metadata.type,
      name: nameOf(metadata.urn),
      op: metadata.op,
      ...placeOf(metadata),
      ...(started === undefined ? {} : { elapsedMs: this.#options.now() - started }),
    });
  }

  /** What was done, or would be. */
  partial(): PartialResult {
    const counts: Record<StepOperation, number> = {
      create: 0,
      update: 0,
      replace: 0,
      delete: 0,
      same: 0,
      import: 0,
      read: 0,
    };
    for (const { op } of this.#steps.values()) counts[op]++;
    const { read, ...changes } = counts;
    const total: ChangeCounts = { ...changes, same: changes.same + read };
    return { changes: total, steps: [...this.#steps.values()].filter(({ op }) => op !== "same" && op !== "read") };
  }

  result(): Omit<RunResult, "durationMs"> {
    const destroyed = this.#options.verb === "destroy";
    return {
      ...this.partial(),
      resources: destroyed ? 0 : this.#present.size,
      outputs: destroyed ? {} : this.#outputs,
      // A preview alone meets the state as the run found it.
      ...(this.#options.verb === "preview" ? { baseHash: this.#base.hash() } : {}),
    };
  }

  /** Why the run failed, as far as the events tell: resources first, since a failing resource makes the program fail too. */
  failure(): Failure | undefined {
    const failures = [...this.#failures.values()];
    if (failures.length > 0) return worstOf(failures);
    // A process that died says why the program ended, whichever of the two was told first.
    const died = this.#programErrors.map((text) => engineFailure(text, this.#options)).find(isCrash);
    const [text] = this.#programErrors;
    return died ?? (text === undefined ? undefined : programFailure(text, this.#options));
  }
}

// A leftover of an earlier replacement shares its URN with the resource that took its place.
function key({ urn, op, old }: StepEventMetadata): string {
  return op === "delete" && old?.delete === true ? `${urn} (leftover)` : urn;
}

const isCrash = ({ code }: Failure): boolean => code === "crashed";

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

function changedKeys(old: Record<string, unknown>, now: Record<string, unknown>): string[] {
  return Object.keys({ ...old, ...now }).filter((name) => JSON.stringify(old[name]) !== JSON.stringify(now[name]));
}
