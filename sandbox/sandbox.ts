import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { OrganizationSeed } from "./emulators/organizations/organization.ts";
import { startBackends } from "./gateway/backends.ts";
import { createCallLog } from "./gateway/calls.ts";
import type { EmulatorFactory } from "./gateway/emulator.ts";
import { createFaultInjector } from "./gateway/faults.ts";
import { createGateway } from "./gateway/gateway.ts";
import type { Log } from "./gateway/log.ts";
import { botocoreDataOf, createModels } from "./gateway/model/load.ts";
import { EMULATORS } from "./gateway/owners.ts";
import type { Backends } from "./gateway/passage.ts";
import { createProxy } from "./gateway/proxy.ts";

export interface SandboxOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Holds what MiniStack and its Lambdas put into files; the state itself is in memory. */
  readonly dataDir: string;
  /** Python of the virtual environment that has MiniStack, moto and botocore. */
  readonly python: string;
  readonly organization: SampleOrganization;
  readonly log: Log;
  /** Beside Organizations; all by default. */
  readonly emulators?: readonly EmulatorFactory[];
  /** Called when MiniStack or moto ends by itself; the sandbox is no good any more. */
  readonly onLost?: (reason: string) => void;
}

/** What the sandbox starts with. */
export interface SampleOrganization {
  readonly seed: OrganizationSeed;
  /** Fills accounts by AWS calls to the running sandbox. */
  readonly populate?: (url: string) => Promise<void>;
}

export interface Sandbox {
  readonly url: string;
  readonly port: number;
  /** Ends every process and connection of the sandbox. */
  close(): Promise<void>;
}

/**
 * Starts an AWS Organization on one loopback port. Rejects with EADDRINUSE when the port is taken, and when MiniStack
 * does not start or the accounts can't be filled; nothing is left running then.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { python, dataDir, log, organization, emulators = EMULATORS, onLost = () => {} } = options;
  const ends: (() => Promise<void> | void)[] = [];
  const backends = Promise.withResolvers<Backends>();
  backends.promise.catch(() => {}); // Told by this function; calls that wait for it fail as well.
  let ready = false;
  const proxy = createProxy();
  const server = createGateway({
    backends: backends.promise,
    models: createModels(botocoreDataOf(python)),
    proxy,
    calls: createCallLog(),
    faults: createFaultInjector(Date.now, Math.random),
    now: Date.now,
    log,
    isReady: () => ready,
  });
  const close = async () => {
    server.close();
    server.closeAllConnections();
    await Promise.all(ends.splice(0).map((end) => end()));
    proxy.close();
  };
  try {
    server.listen(options.port, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    const { seed, populate } = organization;
    // Whoever fills accounts asks for EC2 before long; tests without need no moto at all.
    const motoAtOnce = populate !== undefined;
    const settings = { python, dataDir, url, port, seed, emulators, log, motoAtOnce, onLost };
    backends.resolve(await startBackends(settings, ends));
    await populate?.(url);
    ready = true;
    return { url, port, close };
  } catch (error) {
    backends.reject(error);
    await close();
    throw error;
  }
}
