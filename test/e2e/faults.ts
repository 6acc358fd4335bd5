import assert from "node:assert/strict";
import type { Environment } from "./environment.ts";

/** A fault that the sandbox injects into calls. Name an account that no other test uses. */
export interface Fault {
  readonly service: string;
  readonly operation?: string;
  readonly accountId: string;
  readonly region?: string;
  readonly kind: "throttle" | "error" | "latency" | "opt-in-required" | "hold";
  readonly latencyMs?: number;
  readonly holdMs?: number;
  readonly times?: number;
}

/** Injects faults instead of those before; none without any. */
export async function inject({ aws }: Environment, ...faults: readonly Fault[]): Promise<void> {
  const answer = await fetch(`${aws}/_sandbox/faults`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(faults),
  });
  assert.equal(answer.status, 200, await answer.text());
}
