import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Installation } from "../installation.ts";
import type { Observer } from "../observer.ts";

/** Time in which what dies by itself is dead, and a service that has started has swept. Only a broken thing reaches it. */
const PATIENCE_MS = 240_000;

/** What is left although nothing is at work: processes, folders, locks, pending operations, leases, runs to recover from. */
export async function leftovers(installation: Installation, observer: Observer): Promise<string[]> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = (
      await Promise.all([
        processes(installation),
        workspaces(installation),
        state(join(installation.state, ".pulumi")),
        rows(observer),
      ])
    ).flat();
    if (found.length === 0 || Date.now() > deadline) return found;
    await sleep(500);
  }
}

/** Beside the services, their database and warm children, nothing lives. */
async function processes(installation: Installation): Promise<string[]> {
  const living = await installation.processes();
  const services = new Set(installation.services.map(({ pid }) => pid));
  const children = new Set(living.flatMap(({ role, pid }) => (role === "child" ? [pid] : [])));
  const databases = living.filter(({ role }) => role === "database");
  const unwanted = living.filter(({ role, pid, parent }) => {
    if (role === "service") return !services.has(pid);
    if (role === "child") return !services.has(parent);
    // A warm child's own, which ends what the child leaves.
    if (role === "guardian") return !children.has(parent);
    return role === "engine" || role === "plugin" || role === "other";
  });
  return [
    ...unwanted.map(({ role, pid, command }) => `a ${role} lives: ${pid} ${command.slice(0, 200)}`),
    ...(databases.length === 1 ? [] : [`${databases.length} databases run`]),
  ];
}

/** The folders of living services may stand, with those of their warm children; no run's may. */
async function workspaces({ data, services }: Installation): Promise<string[]> {
  const root = join(data, "runs");
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const runs = entries.filter((entry) => entry.isDirectory() && entry.name.startsWith("run-"));
  const owned = entries.filter((entry) => entry.isDirectory() && entry.name.startsWith("service-"));
  const living = new Set(services.map(({ pid }) => pid));
  const orphaned = await Promise.all(
    owned.map(async ({ name }) => {
      const text = await readFile(join(root, name, "owner.json"), "utf8").catch(() => "{}");
      const { pid } = JSON.parse(text) as { pid?: number };
      return living.has(pid) ? [] : [`the folder ${name} of a dead service (${pid}) is left`];
    }),
  );
  return [...runs.map(({ parentPath, name }) => `the workspace ${join(parentPath, name)} is left`), ...orphaned.flat()];
}

/** Locks of the backend, and operations that a state calls pending. */
async function state(root: string): Promise<string[]> {
  const locks = await readdir(join(root, "locks"), { recursive: true, withFileTypes: true }).catch(() => []);
  const stacks = await readdir(join(root, "stacks/bulwark")).catch(() => []);
  const pending = await Promise.all(
    stacks
      .filter((name) => name.endsWith(".json"))
      .map(async (name) => {
        const { checkpoint } = JSON.parse(await readFile(join(root, "stacks/bulwark", name), "utf8")) as Checkpoint;
        return (checkpoint.latest?.pending_operations ?? []).map(
          ({ type, resource }) => `${name} has pending ${type} of ${resource.urn}`,
        );
      }),
  );
  return [
    ...locks
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => `the lock ${join(parentPath, name)} is left`),
    ...pending.flat(),
  ];
}

interface Checkpoint {
  readonly checkpoint: {
    readonly latest?: {
      readonly pending_operations?: readonly { readonly type: string; readonly resource: { readonly urn: string } }[];
    };
  };
}

async function rows(observer: Observer): Promise<string[]> {
  const leases = await observer.rows<{ stack: string; operation_id: string }>(
    "select stack, operation_id from stack_leases",
  );
  const runs = await observer.rows<{ stack: string; verb: string; operation_id: string }>(
    "select stack, verb, operation_id from runs where recovered_at is null and clean is not true",
  );
  return [
    ...leases.map(({ stack, operation_id: id }) => `${id} still holds the lease of ${stack}`),
    // A run of an operation that ended is recovered from by the next one of its stack, before anything else.
    ...runs.map(({ stack, verb, operation_id: id }) => `${verb} of ${id} on ${stack} was never recovered from`),
  ];
}
