import { z } from "zod";

const text = z.string().min(1);

/** What functions get in their environment; each takes what it needs of it. */
export const VARIABLES = {
  AWS_REGION: text,
  BULWARK_PARTITION: text,
  BULWARK_ACCOUNT: z.string().regex(/^\d{12}$/),
  BULWARK_ORGANIZATION: text,
  BULWARK_TABLE: text,
  BULWARK_TOPIC_ARN: text,
  /** Of the settings' parameters, without a slash at the end. */
  BULWARK_PARAMETERS: text,
  /** Of what accounts say of remediations. */
  BULWARK_ACCOUNT_PARAMETERS: text,
  BULWARK_REQUESTS_URL: text,
  BULWARK_REPAIRS_URL: text,
  BULWARK_QUARANTINE_URL: text,
};

/** Reads a process's environment by some of the variables. Throws with the names of what is missing. */
export function readEnvironment<Fields extends z.ZodRawShape>(
  fields: Fields,
  environment: Readonly<Record<string, string | undefined>>,
): z.output<z.ZodObject<Fields>> {
  const read = z.object(fields).safeParse(environment);
  if (read.success) return read.data;
  throw new Error(`starting a function of the response: ${z.prettifyError(read.error)}`);
}

/** One line of JSON, as CloudWatch Logs finds fields in; `details` holds no secret and nothing that a finding says but its id. */
export function log(level: "info" | "error", message: string, details: Readonly<Record<string, unknown>> = {}): void {
  console[level](JSON.stringify({ level, message, ...details }));
}
