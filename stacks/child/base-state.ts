import { createHash } from "node:crypto";
import type { StepEventMetadata } from "@pulumi/pulumi/automation/index.js";
import { canonicalJson } from "../../programs/canonical-json.ts";
import { plainProperties } from "./property-values.ts";

/**
 * Follows which state a run began from: a run meets every resource of the state, and its events carry each as it was. So a
 * hash of the base costs no call of the engine. Times, checkpoint counters and ciphertexts, which change by themselves, are
 * not part of it; a secret counts as `[secret]`, whatever its value.
 */
export class BaseState {
  readonly #resources = new Map<string, string>();

  /** The first that is heard of a resource counts: the steps of a replacement tell the same one several times. */
  take(key: string, { old }: Pick<StepEventMetadata, "old">): void {
    if (!old || this.#resources.has(key)) return;
    const { urn, type, id, parent, provider, protect } = old;
    const known = { urn, type, id: id || null, parent: parent || null, provider: provider || null };
    const document = {
      ...known,
      protect: protect === true,
      inputs: plainProperties(old.inputs),
      outputs: plainProperties(old.outputs),
    };
    this.#resources.set(key, canonicalJson(document));
  }

  /** Hexadecimal SHA-256; the same for the same resources, in whatever order they came. */
  hash(): string {
    const hash = createHash("sha256");
    for (const key of [...this.#resources.keys()].sort()) hash.update(`${this.#resources.get(key)}\n`);
    return hash.digest("hex");
  }
}
