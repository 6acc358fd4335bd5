import type { Logger } from "pino";
import type { DatabaseAddress } from "./connection.ts";
import { startEmbeddedServer } from "./embedded/server.ts";

/** A database that is ready, and how to leave it. */
export interface Database {
  readonly address: DatabaseAddress;
  /** Stops the server where it is the embedded one and nobody else uses it. */
  stop(): Promise<void>;
}

/** The PostgreSQL of `DATABASE_URL`, or else the embedded one in the data folder. */
export async function provideDatabase(
  options: { readonly databaseUrl?: string | undefined; readonly data: string },
  logger: Logger,
): Promise<Database> {
  if (options.databaseUrl !== undefined) {
    return { address: { connectionString: options.databaseUrl }, stop: async () => undefined };
  }
  const onNotice = (message: string) => logger.warn(message);
  const server = await startEmbeddedServer(options.data, { onNotice });
  const { home, user } = server.location;
  logger.info({ folder: home, user: user.name, takenOver: !server.started }, "embedded PostgreSQL is ready");
  return server;
}
