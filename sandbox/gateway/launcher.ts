import { join } from "node:path";
import { type Child, type ChildOptions, startChild } from "./child.ts";
import type {
  Check,
  Principal,
  RootSession,
  RootSessionRequest,
  ServiceSession,
  ServiceSessionRequest,
} from "./emulator.ts";
import type { WireRequest } from "./wire.ts";

export interface Authorization {
  readonly principal?: Principal;
  /** The first check that the principal's policies do not allow. */
  readonly denied?: { readonly action: string; readonly resource: string; readonly message: string };
  /** The credentials themselves are no good; `code` as query services spell it. */
  readonly refused?: { readonly code: string; readonly message: string };
}

/** What the IAM must know of Organizations. */
export interface Membership {
  readonly organizationId: string;
  readonly managementAccountId: string;
  /** By id. `path` is as in `aws:PrincipalOrgPaths`: `o-…/r-…/ou-…/`. */
  readonly accounts: Readonly<
    Record<string, { readonly member: boolean; readonly path: string; readonly suspended: boolean }>
  >;
}

/** Which of the organization's policies bind an account: by level, ids of documents. */
export interface Controls {
  readonly documents: Readonly<Record<string, string>>;
  readonly accounts: Readonly<
    Record<
      string,
      { readonly service: readonly (readonly string[])[]; readonly resource: readonly (readonly string[])[] }
    >
  >;
}

/** MiniStack with the calls that it lends the gateway. */
export interface Launcher {
  readonly port: number;
  authorize(request: WireRequest, region: string, bodySha256: string, checks: readonly Check[]): Promise<Authorization>;
  /** The principal behind an access key, its signature not checked. */
  identify(accessKeyId: string): Promise<Principal | undefined>;
  openRootSession(wanted: RootSessionRequest): Promise<RootSession>;
  openServiceSession(wanted: ServiceSessionRequest): Promise<ServiceSession | undefined>;
  /** A session with the rights of a session of a role. */
  forwardSession(principalArn: string): Promise<ServiceSession | undefined>;
  putEvent(event: object): Promise<void>;
  setMembership(membership: Membership): Promise<void>;
  /** Service and resource control policies as they are in force from now on. */
  setControls(controls: Controls): Promise<void>;
  stop(): Promise<void>;
}

export type LauncherOptions = Omit<ChildOptions, "name" | "script" | "onMessage"> & { readonly folder: string };

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly failure?: string;
}

/** Starts MiniStack in its launcher and speaks to it over its pipe: about 0.3 ms a call. */
export async function startLauncher(options: LauncherOptions): Promise<Launcher> {
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  let next = 0;
  const child: Child = await startChild({
    ...options,
    name: "MiniStack",
    script: join(options.folder, "ministack_server.py"),
    onMessage(message) {
      const answer = message as Answer;
      const caller = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (answer.failure === undefined) caller?.resolve(answer.result);
      else caller?.reject(new Error(`the launcher failed: ${answer.failure}`));
    },
    onLost(reason) {
      for (const caller of waiting.values()) caller.reject(new Error(reason));
      options.onLost(reason);
    },
  });
  const call = (name: string, message: object) =>
    new Promise<unknown>((resolve, reject) => {
      const id = next++;
      waiting.set(id, { resolve, reject });
      child.send({ id, call: name, ...message });
    });
  return {
    port: child.port,
    authorize: async (request, region, bodySha256, checks) =>
      (await call("authorize", {
        method: request.method,
        path: request.path,
        query: request.rawQuery,
        headers: request.headers,
        bodySha256,
        region,
        checks,
      })) as Authorization,
    identify: async (accessKeyId) => ((await call("identify", { accessKeyId })) as Principal | null) ?? undefined,
    openRootSession: async (wanted) => (await call("openRootSession", wanted)) as RootSession,
    openServiceSession: async (wanted) =>
      ((await call("openServiceSession", wanted)) as ServiceSession | null) ?? undefined,
    forwardSession: async (principalArn) =>
      ((await call("forwardSession", { principalArn })) as ServiceSession | null) ?? undefined,
    putEvent: async (event) => void (await call("putEvent", event)),
    setMembership: async (membership) => void (await call("setMembership", membership)),
    setControls: async (controls) => void (await call("setControls", controls)),
    stop: () => child.stop(),
  };
}
