import { z } from "zod";
import type { CallLog } from "./calls.ts";
import { type FaultInjector, Faults } from "./faults.ts";
import type { WireRequest, WireResponse } from "./wire.ts";

/** Paths of the sandbox itself, which no AWS service has. */
export const CONTROL_PREFIX = "/_sandbox/";

export interface ControlOptions {
  readonly calls: CallLog;
  readonly faults: FaultInjector;
  readonly isReady: () => boolean;
}

/** Answers `health`, `faults` (GET, PUT, DELETE) and `calls` (GET with field filters, DELETE). */
export function answerControl(request: WireRequest, { calls, faults, isReady }: ControlOptions): WireResponse {
  const name = request.path.slice(CONTROL_PREFIX.length);
  switch (`${request.method} ${name}`) {
    case "GET health":
      return isReady() ? json(200, { status: "ready" }) : json(503, { status: "starting" });
    case "GET faults":
      return json(200, faults.list());
    case "PUT faults": {
      const parsed = Faults.safeParse(parse(request.body));
      if (!parsed.success) return json(400, { message: z.prettifyError(parsed.error) });
      faults.set(parsed.data);
      return json(200, faults.list());
    }
    case "DELETE faults":
      faults.set([]);
      return json(200, []);
    case "GET held":
      return json(200, faults.held());
    case "GET calls":
      return json(200, calls.find(new Map(request.query)));
    case "DELETE calls":
      calls.clear();
      return json(200, []);
    default:
      return json(404, {
        message: `the sandbox has no ${request.method} ${request.path}; it has health, faults, held and calls`,
      });
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

function json(status: number, value: object): WireResponse {
  return { status, headers: { "content-type": "application/json" }, body: Buffer.from(JSON.stringify(value)) };
}
