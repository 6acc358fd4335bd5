import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { OrganizationSeed } from "../emulators/organizations/organization.ts";
import { createOrganizations } from "../emulators/organizations/organizations.ts";
import { lendAws } from "./aws.ts";
import { type Child, startChild } from "./child.ts";
import type { EmulatorFactory } from "./emulator.ts";
import { createIdentities } from "./identities.ts";
import { startLauncher } from "./launcher.ts";
import type { Log } from "./log.ts";
import { membershipOf } from "./membership.ts";
import type { Backends } from "./passage.ts";
import { createRegionGate } from "./regions.ts";
import { createServiceLinkedRole } from "./service-linked-role.ts";

export interface BackendsOptions {
  /** Python of the virtual environment that has MiniStack and moto. */
  readonly python: string;
  readonly dataDir: string;
  /** The gateway's own. */
  readonly url: string;
  readonly port: number;
  readonly seed: OrganizationSeed;
  readonly emulators: readonly EmulatorFactory[];
  readonly log: Log;
  /** Else moto starts with the first call to it. */
  readonly motoAtOnce: boolean;
  /** Called when MiniStack or moto ends by itself. */
  readonly onLost: (reason: string) => void;
}

const LAUNCHER = fileURLToPath(new URL("../launcher", import.meta.url));

/** Starts MiniStack and moto and makes the emulators. What must be ended is pushed on `ends`, also when it rejects. */
export async function startBackends(options: BackendsOptions, ends: (() => Promise<void> | void)[]): Promise<Backends> {
  const { python, dataDir, url, log, onLost } = options;
  const cwd = join(dataDir, "tmp");
  mkdirSync(cwd, { recursive: true });
  // MiniStack's Lambda workers are CommonJS files in this folder, whatever a package.json above it (the checkout's) says.
  writeFileSync(join(cwd, "package.json"), '{ "type": "commonjs" }\n');
  const child = { python, cwd, env: childEnvironment(options, cwd), onLost };
  let moto: Promise<Child> | undefined;
  let ended = false;
  const startMoto = () => {
    if (ended) throw new Error("the sandbox has ended");
    if (moto !== undefined) return moto;
    moto = startChild({
      ...child,
      name: "moto",
      script: join(LAUNCHER, "moto_server.py"),
      log: (line) => log.info(`moto: ${line}`),
    });
    moto.catch((error: Error) => onLost(error.message));
    return moto;
  };
  ends.push(async () => {
    ended = true;
    const started = await moto?.catch(() => undefined);
    await started?.stop();
  });
  // It takes longest to start: calls to it wait, the others do not.
  if (options.motoAtOnce) startMoto();
  const launcher = await startLauncher({ ...child, folder: LAUNCHER, log: (line) => log.info(`ministack: ${line}`) });
  ends.push(() => launcher.stop());

  const organizations = createOrganizations(options.seed, {
    now: Date.now,
    membershipChanged: () => tellIam(),
  });
  const tellIam = async () => {
    await launcher.setMembership(membershipOf(organizations.view));
    await launcher.setControls(organizations.controls());
  };
  await tellIam();
  const organization = organizations.view;
  const lent = lendAws({ organization, launcher, url, now: Date.now, log, createServiceLinkedRole });
  ends.push(lent.close);
  const emulators = [organizations.emulator, ...options.emulators].map((factory) => factory(lent.aws));
  return {
    launcher,
    motoPort: async () => (await startMoto()).port,
    identities: createIdentities(launcher),
    regions: createRegionGate(organization, Date.now),
    emulators: new Map(emulators.map((emulator) => [emulator.signingName, emulator])),
  };
}

/** The environment of MiniStack and moto: nothing of the caller's AWS settings reaches them. */
function childEnvironment({ dataDir, url, port }: BackendsOptions, tmp: string): Record<string, string> {
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
    // S3 Control's host begins with the account's id, which no name of this machine can: Lambdas ask for AWS's own, and MiniStack leads that here.
    AWS_ENDPOINT_URL_S3_CONTROL: "https://s3-control.us-east-1.amazonaws.com",
    // moto would make hundreds of sample images in each region of each account that anyone asks about.
    MOTO_EC2_LOAD_DEFAULT_AMIS: "false",
    SFTP_ENABLED: "0",
    IOT_MTLS_ENABLED: "0",
    LOG_LEVEL: "WARNING",
    // No Docker: a socket that is never there keeps MiniStack from looking for containers.
    DOCKER_HOST: `unix://${join(dataDir, "no-docker.sock")}`,
  };
}
