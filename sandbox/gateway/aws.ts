import { randomBytes } from "node:crypto";
import type { Aws, OrganizationView } from "./emulator.ts";
import type { Launcher } from "./launcher.ts";
import type { Log } from "./log.ts";

/** What the gateway lends the emulators, and the end of it. */
export interface LentAws {
  readonly aws: Aws;
  /** Drops work that is still to come. */
  close(): void;
}

export interface LentAwsOptions {
  readonly organization: OrganizationView;
  readonly launcher: Launcher;
  readonly url: string;
  readonly now: () => number;
  readonly log: Log;
  /** Creates the service-linked role of a service principal in an account, unless it is there. */
  readonly createServiceLinkedRole: (aws: Aws, accountId: string, servicePrincipal: string) => Promise<void>;
}

export function lendAws(options: LentAwsOptions): LentAws {
  const rootAt = (endpoint: string, accountId: string, region: string) => ({
    ...{ endpoint, region },
    credentials: { accessKeyId: accountId, secretAccessKey: "sandbox" },
  });
  const timers = new Set<NodeJS.Timeout>();
  const linkedRoles = new Map<string, Promise<void>>();
  const aws: Aws = {
    organization: options.organization,
    now: options.now,
    hex: (length) =>
      randomBytes(Math.ceil(length / 2))
        .toString("hex")
        .slice(0, length),
    later(milliseconds, work) {
      const timer = setTimeout(async () => {
        timers.delete(timer);
        try {
          await work();
        } catch (error) {
          options.log.error(`work that a service had put off: ${error instanceof Error ? error.stack : String(error)}`);
        }
      }, milliseconds);
      timers.add(timer);
    },
    putEvent: (event) => options.launcher.putEvent(event),
    openRootSession: (wanted) => options.launcher.openRootSession(wanted),
    openServiceSession: (wanted) => options.launcher.openServiceSession(wanted),
    forwardSession: ({ arn }) => options.launcher.forwardSession(arn),
    async ensureServiceLinkedRole(accountId, servicePrincipal) {
      const key = `${accountId}/${servicePrincipal}`;
      const running = linkedRoles.get(key);
      if (running !== undefined) return running;
      const work = options.createServiceLinkedRole(aws, accountId, servicePrincipal);
      linkedRoles.set(key, work);
      // Only calls at the same time share one creation: a role can be deleted later.
      await work.finally(() => linkedRoles.delete(key));
    },
    asRoot: (accountId, region) => rootAt(options.url, accountId, region),
    asRootBehind: (accountId, region) => rootAt(`http://127.0.0.1:${options.launcher.port}`, accountId, region),
  };
  return {
    aws,
    close() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
