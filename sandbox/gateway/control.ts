import { z } from "zod";
import type { CallLog } from "./calls.ts";
import { AwsError, type Emulator } from "./emulator.ts";
import { type FaultInjector, Faults } from "./faults.ts";
import type { WireRequest, WireResponse } from "./wire.ts";

/** Paths of the sandbox itself, which no AWS service has. */
export const CONTROL_PREFIX = "/_sandbox/";

export interface ControlOptions {
  readonly calls: CallLog;
  readonly faults: FaultInjector;
  readonly isReady: () => boolean;
  readonly emulator: (signingName: string) => Promise<Emulator | undefined>;
}

/** Answers `health`, `faults` (GET, PUT, DELETE), `calls` (GET with field filters, DELETE) and `console/<service>/<what>` (POST). */
export async function answerControl(request: WireRequest, options: ControlOptions): Promise<WireResponse> {
  const { calls, faults, isReady } = options;
  const name = request.path.slice(CONTROL_PREFIX.length);
  if (request.method === "POST" && name.startsWith("console/")) return useConsole(request, name, options);
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
        message: `the sandbox has no ${request.method} ${request.path}; it has health, faults, held, calls and consoles`,
      });
  }
}

/** Does what people do by AWS's console, where there is no API for it. */
async function useConsole(request: WireRequest, name: string, { emulator }: ControlOptions): Promise<WireResponse> {
  const [, service = "", what = ""] = name.split("/");
  const all = (await emulator(service))?.console ?? {};
  const use = Object.hasOwn(all, what) ? all[what] : undefined;
  if (use === undefined) return json(404, { message: `the console of ${service} has no ${what}` });
  try {
    await use(parse(request.body));
    return json(200, {});
  } catch (error) {
    if (error instanceof AwsError) return json(error.status, { message: error.message });
    if (error instanceof z.ZodError) return json(400, { message: z.prettifyError(error) });
    throw error;
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
