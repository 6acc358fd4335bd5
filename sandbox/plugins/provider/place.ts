import type { AwsCredentialIdentityProvider } from "@aws-sdk/types";
import { userAgent } from "./agent.ts";
import { OperationError } from "./errors.ts";

/** What every AWS SDK client of this plugin is made with. */
export interface ClientSettings {
  readonly region: string;
  readonly credentials: AwsCredentialIdentityProvider;
  readonly endpoint?: string;
  readonly maxAttempts: number;
  readonly retryMode: "standard";
  readonly customUserAgent: string;
}

/** Makes a client; loads its package, so that only what is used costs memory and time. */
export type ClientMaker<C> = (settings: ClientSettings) => Promise<C>;

/** An account and a region, with the rights to work there. */
export interface Place {
  readonly region: string;
  readonly partition: string;
  readonly accountId: string;
  /** Fires when the engine cancels: waiting ends, calls under way are left to finish. */
  readonly cancelled: AbortSignal;
  /** The service's client for this region; made once. */
  client<C>(maker: ClientMaker<C>): Promise<C>;
  /** `arn:aws:<service>:<region>:<account>:<resource>`. */
  arn(service: string, resource: string): string;
}

interface Handlers {
  readonly middlewareStack: {
    add(middleware: unknown, options: Readonly<Record<string, unknown>>): void;
  };
}

export interface PlacesOptions {
  readonly credentials: AwsCredentialIdentityProvider;
  readonly partition: string;
  readonly accountId: string;
  readonly cancelled: AbortSignal;
  /** Where all services are, in place of AWS. */
  readonly endpoint?: string;
  /** Attempts that a call is made in all. */
  readonly maxAttempts: number;
}

/** What a client outside any place is made with. */
export type ClientOptions = Pick<PlacesOptions, "credentials" | "endpoint" | "maxAttempts">;

/** Makes the places of one account; clients are shared between calls to the same region. */
export function places(options: PlacesOptions): (region: string) => Place {
  const clients = new Map<string, Map<unknown, Promise<unknown>>>();
  return (region) => ({
    region,
    partition: options.partition,
    accountId: options.accountId,
    cancelled: options.cancelled,
    arn: (service, resource) => `arn:${options.partition}:${service}:${region}:${options.accountId}:${resource}`,
    client<C>(maker: ClientMaker<C>): Promise<C> {
      const here = clients.get(region) ?? new Map<unknown, Promise<unknown>>();
      clients.set(region, here);
      const known = here.get(maker);
      if (known) return known as Promise<C>;
      const made = maker(settingsFor(region, options)).then((client) => {
        speakLikeGo(client as unknown as Handlers, options.maxAttempts);
        return client;
      });
      here.set(maker, made);
      return made;
    },
  });
}

/** The settings of a client outside any place: for the caller's identity, which is asked first. */
export function settingsFor(region: string, options: ClientOptions): ClientSettings {
  return {
    region,
    credentials: options.credentials,
    ...(options.endpoint ? { endpoint: options.endpoint } : {}),
    maxAttempts: options.maxAttempts,
    retryMode: "standard",
    customUserAgent: userAgent,
  };
}

/** Service ids of the SDK for Go that are not the class name of the SDK for JavaScript. */
const serviceIds: Readonly<Record<string, string>> = { ConfigService: "Config Service", S3Control: "S3 Control" };

interface HandlerContext {
  readonly clientName?: string;
  readonly commandName?: string;
}

/** Gives the client's errors the words of the SDK for Go. */
export function speakLikeGo(client: Handlers, maxAttempts: number): void {
  client.middlewareStack.add(
    (next: (args: unknown) => Promise<unknown>, context: HandlerContext) => async (args: unknown) => {
      try {
        return await next(args);
      } catch (error) {
        const service = (context.clientName ?? "").replace(/Client$/, "");
        const operation = (context.commandName ?? "").replace(/Command$/, "");
        throw new OperationError(serviceIds[service] ?? service, operation, error, maxAttempts);
      }
    },
    { step: "initialize", priority: "high", name: "speakLikeGo" },
  );
}
