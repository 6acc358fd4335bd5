import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { AwsError } from "./emulator.ts";
import type { ErrorFormat } from "./protocol/errors.ts";

/** A fault to inject into calls that match every given field. */
export const Fault = z.strictObject({
  /** Signing name, or `*`. */
  service: z.string(),
  operation: z.string().optional(),
  accountId: z.string().optional(),
  region: z.string().optional(),
  /** `hold` lets the service do what it was asked, and keeps its answer back: the caller may die not knowing. */
  kind: z.enum(["throttle", "error", "latency", "opt-in-required", "hold"]),
  /** Share of the matching calls, 0 to 1. */
  rate: z.number().min(0).max(1).default(1),
  /** For `latency`. */
  latencyMs: z.number().min(0).max(600_000).default(1000),
  /** For `hold`: the answer goes out after this time, when the faults are replaced, or when nobody waits for it any more. */
  holdMs: z.number().min(0).max(600_000).default(60_000),
  /** Ends this many seconds after it is set. */
  seconds: z.number().positive().optional(),
  /** Ends after this many calls. */
  times: z.int().positive().optional(),
});
export type Fault = z.infer<typeof Fault>;
export const Faults = z.array(Fault);

export interface FaultedCall {
  readonly service: string;
  readonly operation: string;
  readonly accountId: string | undefined;
  readonly region: string;
  readonly format: ErrorFormat;
  /** Errors that the service's model declares for the operation, where it is at hand. */
  readonly declared: readonly string[];
}

/** A call that was done and whose answer is kept back. */
export interface HeldCall extends Pick<FaultedCall, "service" | "operation" | "accountId" | "region"> {
  /** Of an assumed role. */
  readonly sessionName?: string | undefined;
}

export interface FaultInjector {
  /** Replaces the faults; answers that earlier ones keep back go out. */
  set(faults: readonly Fault[]): void;
  list(): readonly Fault[];
  /** Waits for as long as latency faults say, then throws the first other fault that hits the call. */
  apply(call: FaultedCall): Promise<void>;
  /** Asked when the call has been done: waits for as long as a `hold` fault says. `gone` tells that the caller left. */
  hold(call: HeldCall, gone: AbortSignal): Promise<void>;
  /** The calls whose answers are kept back now. */
  held(): readonly HeldCall[];
}

/** `random` gives numbers from 0 to below 1, `now` milliseconds. */
export function createFaultInjector(now: () => number, random: () => number): FaultInjector {
  let active: { fault: Fault; until: number; left: number }[] = [];
  let replaced = new AbortController();
  const kept = new Set<HeldCall>();

  function hits(entry: (typeof active)[number], call: HeldCall): boolean {
    if (entry.left <= 0 || now() > entry.until || !matches(entry.fault, call)) return false;
    if (random() >= entry.fault.rate) return false;
    entry.left -= 1;
    return true;
  }

  return {
    set(faults) {
      replaced.abort();
      replaced = new AbortController();
      active = faults.map((fault) => ({
        fault,
        until: fault.seconds === undefined ? Number.POSITIVE_INFINITY : now() + fault.seconds * 1000,
        left: fault.times ?? Number.POSITIVE_INFINITY,
      }));
    },
    list: () => active.map(({ fault }) => fault),
    async apply(call) {
      for (const entry of active) {
        const { fault } = entry;
        if (fault.kind === "hold" || !hits(entry, call)) continue;
        if (fault.kind !== "latency") throw faultError(fault.kind, call);
        await new Promise((resolve) => setTimeout(resolve, fault.latencyMs));
      }
    },
    async hold(call, gone) {
      const entry = active.find((candidate) => candidate.fault.kind === "hold" && hits(candidate, call));
      if (entry === undefined) return;
      kept.add(call);
      const signal = AbortSignal.any([gone, replaced.signal]);
      await delay(entry.fault.holdMs, undefined, { signal, ref: false }).catch(() => undefined);
      kept.delete(call);
    },
    held: () => [...kept],
  };
}

function matches(fault: Fault, call: Omit<HeldCall, "sessionName">): boolean {
  return (
    (fault.service === "*" || fault.service === call.service) &&
    (fault.operation === undefined || fault.operation === call.operation) &&
    (fault.accountId === undefined || fault.accountId === call.accountId) &&
    (fault.region === undefined || fault.region === call.region)
  );
}

/** The codes and status that AWS's protocols use: https://docs.aws.amazon.com/general/latest/gr/api-retries.html. */
function faultError(kind: Exclude<Fault["kind"], "latency" | "hold">, { format, declared }: FaultedCall): AwsError {
  if (kind === "opt-in-required") return optInRequired();
  if (kind === "error") {
    return new AwsError("InternalFailure", "The request processing has failed because of an unknown error.", 500);
  }
  switch (format) {
    case "s3":
      return new AwsError("SlowDown", "Please reduce your request rate.", 503);
    case "ec2":
      return new AwsError("RequestLimitExceeded", "Request limit exceeded.", 503);
    case "rest-json": {
      const code = declared.find((name) => name === "ThrottlingException") ?? "TooManyRequestsException";
      return new AwsError(code, "Rate exceeded", 429);
    }
    case "query":
    case "rest-xml":
      return new AwsError("Throttling", "Rate exceeded", 400);
    case "json":
      return new AwsError("ThrottlingException", "Rate exceeded", 400);
  }
}

/** What a service answers that the account is not subscribed to, as fresh accounts are for some minutes. */
export function optInRequired(): AwsError {
  return new AwsError("OptInRequired", "The AWS Access Key Id needs a subscription for the service.", 403);
}
