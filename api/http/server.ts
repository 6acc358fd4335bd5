import { createServer, type Server } from "node:http";
import type { Express } from "express";

/**
 * Listens. Port 0 takes any free one.
 *
 * @throws Error that says what to do where the address is taken
 */
export function listen(
  app: Express,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Server> {
  const server = createServer(app);
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
