import { setTimeout as sleep } from "node:timers/promises";
import { DisableEbsEncryptionByDefaultCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DeleteAccountPasswordPolicyCommand, IAMClient } from "@aws-sdk/client-iam";
import type { Operation } from "../e2e/api.ts";
import type { Installation } from "./installation.ts";
import type { Random } from "./random.ts";

/** An operation that a service has accepted, and how it ended. */
export interface Accepted {
  readonly id: string;
  readonly kind: string;
  readonly accountId: string | undefined;
  readonly cancelled: boolean;
  ended?: Operation;
}

/** A stream of operations on accounts, one after another on each and the accounts beside each other. */
export interface Workload {
  readonly accepted: readonly Accepted[];
  /** What was refused or failed although nothing but kills stood in its way. */
  readonly complaints: readonly string[];
  /** Lets the accounts go on. */
  resume(): void;
  /** Resolves when every account's operation has ended and none follows. */
  pause(): Promise<void>;
}

/** What becomes of an account: it is onboarded, changed by hand and by deployments, looked at, offboarded, and so on. */
export function startWorkload(
  installation: Installation,
  accounts: readonly string[],
  random: Random,
  regionOfChanges: string,
): Workload & { stop(): Promise<void> } {
  const { client, root } = installation;
  const accepted: Accepted[] = [];
  const complaints: string[] = [];
  let running = Promise.withResolvers<void>();
  let stopped = false;
  const busy = new Map<string, Promise<void>>();

  /** Asks for an operation and waits for its end. Undefined where it was refused. */
  async function operate(
    accountId: string,
    method: string,
    path: string,
    body?: object,
  ): Promise<Operation | undefined> {
    const begun = await client.accepted(method, path, body);
    if (begun === undefined) {
      const { body: account } = await client.ask("GET", `/accounts/${accountId}`);
      complaints.push(`${method} ${path} was refused; the account is ${account?.status}`);
      return undefined;
    }
    const { id, kind } = begun;
    const cancelled = random.next() < 0.08;
    const entry: Accepted = { id, kind, accountId, cancelled };
    accepted.push(entry);
    if (cancelled) void cancelSometime(id);
    const ended = await client.ended(id);
    entry.ended = ended;
    if (ended.status !== "succeeded" && !(cancelled && ended.status === "cancelled")) {
      complaints.push(`${kind} ${id} of ${accountId} ended ${ended.status}: ${JSON.stringify(ended.error)}`);
    }
    return ended;
  }

  async function cancelSometime(id: string): Promise<void> {
    await sleep(random.between(0, 6_000));
    await client.ask("POST", `/operations/${id}/cancel`).catch(() => undefined);
  }

  /** Somebody changes things by hand, so that a deployment has something to do. */
  async function meddle(accountId: string): Promise<void> {
    const iam = new IAMClient(root(accountId));
    const ec2 = new EC2Client(root(accountId, regionOfChanges));
    await Promise.allSettled([
      iam.send(new DeleteAccountPasswordPolicyCommand({})),
      ec2.send(new DisableEbsEncryptionByDefaultCommand({})),
    ]);
    iam.destroy();
    ec2.destroy();
  }

  async function step(accountId: string, turn: number): Promise<void> {
    const { status: answer, body } = await client.ask("GET", `/accounts/${accountId}`);
    const status: string = answer === 404 ? "unknown" : body.status;
    const path = `/accounts/${accountId}`;
    if (status === "unknown" || status === "offboarded" || status === "pending") {
      await operate(accountId, "POST", "/accounts", { accountId, owner: `team-${turn}` });
      return;
    }
    if (status === "failed") {
      await operate(accountId, "POST", `${path}/deployments`, { refresh: true });
      return;
    }
    switch (random.pick(["deploy", "deploy", "drift", "preview", "offboard", "offboard"])) {
      case "deploy":
        await client.ask("PATCH", path, { owner: `team-${turn}`, environment: random.pick(["dev", "prod"]) });
        await meddle(accountId);
        await operate(accountId, "POST", `${path}/deployments`, { refresh: true });
        break;
      case "drift":
        await operate(accountId, "POST", `${path}/drift-checks`);
        break;
      case "preview":
        await operate(accountId, "POST", `${path}/previews`);
        break;
      default:
        await operate(accountId, "DELETE", `${path}?confirm=${accountId}`);
    }
  }

  async function live(accountId: string): Promise<void> {
    for (let turn = 1; !stopped; turn++) {
      await running.promise;
      if (stopped) return;
      const doing = step(accountId, turn).catch((error: unknown) => {
        complaints.push(`${accountId}: ${error instanceof Error ? error.message : String(error)}`);
      });
      busy.set(accountId, doing);
      await doing;
      busy.delete(accountId);
    }
  }

  const lives = accounts.map(live);
  return {
    accepted,
    complaints,
    resume: () => running.resolve(),
    async pause() {
      running = Promise.withResolvers<void>();
      await Promise.all(busy.values());
    },
    async stop() {
      stopped = true;
      running.resolve();
      await Promise.all(lives);
    },
  };
}
