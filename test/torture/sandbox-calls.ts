import assert from "node:assert/strict";

/** A call to AWS, as the sandbox logged it. */
export interface Call {
  readonly time: string;
  readonly service: string;
  readonly operation: string;
  readonly accountId?: string;
  readonly region: string;
  readonly sessionName?: string;
  readonly userAgent?: string;
  readonly status: number;
  readonly milliseconds: number;
}

export interface HoldFault {
  readonly service: string;
  readonly operation: string;
  readonly accountId?: string;
  readonly rate?: number;
}

async function control(aws: string, method: string, what: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(`${aws}/_sandbox/${what}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.equal(answer.status, 200, `${method} ${what}`);
  return answer.json();
}

/** What the sandbox has answered since its log was cleared. */
export async function readCalls(aws: string): Promise<Call[]> {
  return (await control(aws, "GET", "calls")) as Call[];
}

export async function clearCalls(aws: string): Promise<void> {
  await control(aws, "DELETE", "calls");
}

/** Lets such calls be done and their answers wait, in place of what was held before. */
export async function holdCalls(aws: string, faults: readonly HoldFault[]): Promise<void> {
  await control(
    aws,
    "PUT",
    "faults",
    faults.map((fault) => ({ ...fault, kind: "hold", times: 1, holdMs: 60_000 })),
  );
}

/** Lets every answer that waits go out. */
export async function releaseCalls(aws: string): Promise<void> {
  await control(aws, "DELETE", "faults");
}

export async function heldCalls(aws: string): Promise<Call[]> {
  return (await control(aws, "GET", "held")) as Call[];
}

/** Whether a call changes something: reads say so by their name. */
export function changes({ service, operation }: Pick<Call, "service" | "operation">): boolean {
  return service !== "sts" && !/^(Get|List|Describe|Head|BatchGet|Lookup|Search|GET |HEAD )/.test(operation);
}
