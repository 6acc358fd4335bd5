/**
 * True for an error that says nothing but that the database could not be reached, or went away: SQLSTATEs of a connection's end, of a
 * server that starts or stops, or that has no room, and codes of sockets. `pg` gives its own errors no code.
 */
export function isDatabaseGone(error: unknown): boolean {
  const { code, message, syscall } = error as { code?: unknown; message?: unknown; syscall?: unknown };
  // The socket of a server that is not there is a file that is not there.
  if (code === "ENOENT") return syscall === "connect";
  if (typeof code === "string") return /^(ECONN|EPIPE|ETIMEDOUT|57P|08|53)/.test(code);
  return /^(timeout exceeded when trying to connect|timeout expired|Connection terminated|Client (has encountered a connection error|was closed))/.test(
    String(message),
  );
}
