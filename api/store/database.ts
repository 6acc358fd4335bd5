import type { Logger } from "pino";
import type { DatabaseAddress } from "./connection.ts";
import { startEmbeddedServer } from "./embedded/server.ts";
import { superviseServer } from "./embedded/supervisor.ts";

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
  const supervisor = superviseServer(server, {
    onDied: () => logger.error({ folder: home }, "the embedded PostgreSQL is gone: starting it again"),
    onRevived: () => logger.warn({ folder: home }, "the embedded PostgreSQL is ready again"),
    onError: (err) => logger.error({ err, folder: home }, "starting the embedded PostgreSQL again failed"),
  });
  return {
    address: server.address,
    async stop() {
      await supervisor.stop();
      await server.stop();
    },
  };
}
