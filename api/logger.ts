import { type DestinationStream, type Logger, pino } from "pino";

/** Members that are replaced wherever they stand, should they ever get into a log line. */
const secretNames = [
  "authorization",
  "token",
  "password",
  "passphrase",
  "accessKeyId",
  "secretAccessKey",
  "sessionToken",
  "credentials",
  "connectionString",
];

/** The service's log: one JSON line per entry on standard output. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const paths = secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`]);
  const options = {
    level,
    base: null,
    redact: { paths, censor: "[secret]" },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
