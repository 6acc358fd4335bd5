import { once } from "node:events";
import { mkdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { OrganizationSeed } from "./emulators/organizations/organization.ts";
import { createOrganizations } from "./emulators/organizations/organizations.ts";
import { lendAws } from "./gateway/aws.ts";
import { createCallLog } from "./gateway/calls.ts";
import { type Child, startChild } from "./gateway/child.ts";
import type { EmulatorFactory } from "./gateway/emulator.ts";
import { createFaultInjector } from "./gateway/faults.ts";
import { createGateway } from "./gateway/gateway.ts";
import { createIdentities } from "./gateway/identities.ts";
import { type Launcher, startLauncher } from "./gateway/launcher.ts";
import type { Log } from "./gateway/log.ts";
import { membershipOf } from "./gateway/membership.ts";
import { botocoreDataOf, createModels } from "./gateway/model/load.ts";
import { EMULATORS } from "./gateway/owners.ts";
import type { Backends } from "./gateway/passage.ts";
import { createProxy } from "./gateway/proxy.ts";
import { createRegionGate } from "./gateway/regions.ts";
import { createServiceLinkedRole } from "./gateway/service-linked-role.ts";

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

const LAUNCHER = fileURLToPath(new URL("./launcher", import.meta.url));

/**
 * Starts an AWS Organization on one loopback port. Rejects with EADDRINUSE when the port is taken, and when a child
 * does not start; nothing is left running then.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { log } = options;
  const tmp = join(options.dataDir, "tmp");
  mkdirSync(tmp, { recursive: true });
  const ends: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  let ready = false;
  const backends = Promise.withResolvers<Backends>();
  backends.promise.catch(() => {}); // The caller gets it from here as well.
  const faults = createFaultInjector(Date.now, Math.random);
  const proxy = createProxy();
  ends.push(() => proxy.close());
  const server = createGateway({
    backends: backends.promise,
    models: createModels(botocoreDataOf(options.python)),
    proxy,
    calls: createCallLog(),
    faults,
    now: Date.now,
    log,
    isReady: () => ready,
  });
  try {
    server.listen(options.port, "127.0.0.1");
    await once(server, "listening");
    ends.push(() => {
      server.close();
      server.closeAllConnections();
    });
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    const child = {
      python: options.python,
      cwd: tmp,
      env: childEnvironment(options.dataDir, tmp, url, port),
      onLost: (reason: string) => options.onLost?.(reason),
    };
    // moto takes longest to start: calls to it wait, the others do not.
    const moto = startChild({
      ...child,
      name: "moto",
      script: join(LAUNCHER, "moto_server.py"),
      log: (line) => log.info(`moto: ${line}`),
    });
    ends.push(() =>
      moto.then(
        (started) => started.stop(),
        () => {},
      ),
    );
    moto.catch((error: Error) => options.onLost?.(error.message));
    const launcher = await startLauncher({ ...child, folder: LAUNCHER, log: (line) => log.info(`ministack: ${line}`) });
    ends.push(() => launcher.stop());
    const made = await makeBackends(options, launcher, moto, url);
    ends.push(made.close);
    backends.resolve(made.backends);
    await options.organization.populate?.(url);
    ready = true;
    return { url, port, close };
  } catch (error) {
    backends.reject(error);
    await close();
    throw error;
  }
}

async function makeBackends(options: SandboxOptions, launcher: Launcher, moto: Promise<Child>, url: string) {
  const organizations = createOrganizations(options.organization.seed, {
    now: Date.now,
    membershipChanged: () => launcher.setMembership(membershipOf(organizations.view)),
  });
  await launcher.setMembership(membershipOf(organizations.view));
  const lent = lendAws({
    organization: organizations.view,
    launcher,
    url,
    now: Date.now,
    log: options.log,
    createServiceLinkedRole,
  });
  const emulators = [organizations.emulator, ...(options.emulators ?? EMULATORS)].map((factory) => factory(lent.aws));
  const backends: Backends = {
    launcher,
    motoPort: moto.then(({ port }) => port),
    identities: createIdentities(launcher),
    regions: createRegionGate(organizations.view, Date.now),
    emulators: new Map(emulators.map((emulator) => [emulator.signingName, emulator])),
  };
  backends.motoPort.catch(() => {}); // Told by `onLost`; calls to moto fail with it.
  return { backends, close: lent.close };
}

/** The environment of MiniStack and moto: nothing of the caller's AWS settings reaches them. */
function childEnvironment(dataDir: string, tmp: string, url: string, port: number): Record<string, string> {
  return {
    // MiniStack runs Node Lambdas with the `node` on PATH.
    PATH: `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: dataDir,
    TMPDIR: tmp,
    LANG: "C.UTF-8",
    PYTHONUNBUFFERED: "1",
    AUTH: "true",
    BIND_HOST: "127.0.0.1",
    MINISTACK_HOST: "127.0.0.1",
    GATEWAY_PORT: String(port),
    AWS_ENDPOINT_URL: url,
    SFTP_ENABLED: "0",
    IOT_MTLS_ENABLED: "0",
    LOG_LEVEL: "WARNING",
    // No Docker: a socket that is never there keeps MiniStack from looking for containers.
    DOCKER_HOST: `unix://${join(dataDir, "no-docker.sock")}`,
  };
}
