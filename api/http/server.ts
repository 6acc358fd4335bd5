import { createServer, type Server, type ServerOptions } from "node:http";
import type { Express } from "express";

/**
 * Who sends a request byte by byte doesn't hold a connection for long: its headers have to be here within 10 s, all of it within 30 s.
 * An idle connection is kept for longer than load balancers keep theirs (60 s), so that none sends into a closed one.
 */
const limits: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2_000,
};

/** Some 20 KB each. */
const maxConnections = 2_000;

/**
 * Listens. Port 0 takes any free one.
 *
 * @throws Error that says what to do where the address is taken
 */
export function listen(
  app: Express,
  { host, port }: { readonly host: string; readonly port: number },
  timeouts: ServerOptions = limits,
): Promise<Server> {
  const server = createServer(timeouts, app);
  server.maxConnections = maxConnections;
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why =
        error.code === "EADDRINUSE"
          ? `port ${port} of ${host} is taken. Stop what listens there, or set PORT to another`
          : error.message;
      reject(new Error(`listening on ${host}:${port}: ${why}`, { cause: error }));
    });
    server.listen(port, host, () => resolve(server));
  });
}

/** How long requests that are being answered may take after the service was told to stop. */
const patienceMs = 3_000;

/** Takes no more connections, waits for the requests under way, then closes what is left. */
export async function stopListening(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection whose last answer ended after `close` would stay for its keep-alive time.
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  const patience = setTimeout(() => server.closeAllConnections(), patienceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(patience);
}
