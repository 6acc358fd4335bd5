/**
 * True for an error that says nothing of what the database was asked for: it could not be reached, went away, or ended the transaction for
 * the sake of others (deadlock, serialization), so that the same may succeed later. SQLSTATEs of a connection's end, of a
 * server that starts or stops, or that has no room, of a transaction that was silent for too long, and codes of sockets. `pg` gives its own errors no code.
 */
export function isDatabaseGone(error: unknown): boolean {
  const { code, message, syscall } = error as { code?: unknown; message?: unknown; syscall?: unknown };
  // The socket of a server that is not there is a file that is not there.
  if (code === "ENOENT") return syscall === "connect";
  if (typeof code === "string") return /^(ECONN|EPIPE|ETIMEDOUT|57P|08|53|25P03|40001|40P01)/.test(code);
  return /^(timeout exceeded when trying to connect|timeout expired|Connection terminated|Client (has encountered a connection error|was closed))/.test(
    String(message),
  );
}
