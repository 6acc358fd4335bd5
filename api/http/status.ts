import type { Registry } from "prom-client";
import { z } from "zod";
import { type Route, route } from "./route.ts";
import { ReadinessBody } from "./schemas.ts";

export interface Check {
  readonly name: string;
  /** Says what was found; throws where it is not ready. */
  readonly look: () => Promise<string>;
}

export interface StatusOptions {
  readonly checks: readonly Check[];
  readonly registry: Registry;
}

const tag = "service";
/** A check that hangs is a check that failed. */
const patienceMs = 3_000;

export function statusRoutes({ checks, registry }: StatusOptions): Route[] {
  return [
    route({
      method: "get",
      path: "/healthz",
      operationId: "getHealth",
      tag,
      summary: "Whether the process answers",
      permission: undefined,
      responses: {
        200: { description: "It does.", schema: z.object({ status: z.literal("ok") }).meta({ id: "Health" }) },
      },
      handle: () => ({ status: 200, body: { status: "ok" } }),
    }),
    route({
      method: "get",
      path: "/readyz",
      operationId: "getReadiness",
      tag,
      summary: "Whether database, queue, engine and plugins are ready",
      permission: undefined,
      responses: {
        200: { description: "All are.", schema: ReadinessBody },
        503: { description: "Some are not.", schema: ReadinessBody },
      },
      handle: async () => {
        const found = await Promise.all(checks.map(look));
        const ready = found.every(({ ok }) => ok);
        return { status: ready ? 200 : 503, body: { ready, checks: found } };
      },
    }),
    route({
      method: "get",
      path: "/metrics",
      operationId: "getMetrics",
      tag,
      summary: "Metrics for Prometheus",
      permission: undefined,
      responses: { 200: { description: "The metrics.", mediaType: "text/plain" } },
      handle: async ({ response }) => {
        response.set("Content-Type", registry.contentType).send(await registry.metrics());
        return undefined;
      },
    }),
  ];
}

async function look({ name, look }: Check): Promise<{ name: string; ok: boolean; detail: string }> {
  const patience = AbortSignal.timeout(patienceMs);
  const late = new Promise<never>((_, reject) => {
    patience.addEventListener("abort", () => reject(new Error(`no answer within ${patienceMs / 1000} s`)), {
      once: true,
    });
  });
  try {
    return { name, ok: true, detail: await Promise.race([look(), late]) };
  } catch (error) {
    return { name, ok: false, detail: error instanceof Error ? error.message : "not ready" };
  }
}
